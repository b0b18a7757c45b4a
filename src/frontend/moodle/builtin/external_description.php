<?php
namespace core_external;

// What every description has. `allownull` came to all of them with Moodle 4.3.
abstract class external_description {
    public $desc;
    public $required;
    public $default;
    //since 4.3
    public $allownull;
    //end

    public function __construct($desc, $required, $default, $allownull = NULL_NOT_ALLOWED) {
        $this->desc = $desc;
        $this->required = $required;
        $this->default = $default;
        //since 4.3
        $this->allownull = (bool) $allownull;
        //end
    }
}
