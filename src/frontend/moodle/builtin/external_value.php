<?php
namespace core_external;

class external_value extends external_description {
    public $type;
    //until 4.3
    public $allownull;
    //end

    public function __construct($type, $desc = '', $required = VALUE_REQUIRED, $default = null, $allownull = NULL_ALLOWED) {
        parent::__construct($desc, $required, $default, $allownull);
        $this->type = $type;
        //until 4.3
        $this->allownull = $allownull;
        //end
    }
}
