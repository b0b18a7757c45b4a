<?php
namespace core_external;

class external_multiple_structure extends external_description {
    public $content;

    public function __construct(
        external_description $content,
        $desc = '',
        $required = VALUE_REQUIRED,
        $default = null,
        $allownull = NULL_NOT_ALLOWED
    ) {
        parent::__construct($desc, $required, $default, $allownull);
        $this->content = $content;
    }
}
