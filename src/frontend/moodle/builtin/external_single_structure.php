<?php
namespace core_external;

class external_single_structure extends external_description {
    public $keys;

    public function __construct(array $keys, $desc = '', $required = VALUE_REQUIRED, $default = null, $allownull = NULL_NOT_ALLOWED) {
        parent::__construct($desc, $required, $default, $allownull);
        $this->keys = $keys;
    }
}
