<?php
namespace core_external;

class external_format_value extends external_value {
    public function __construct($textfieldname, $required = VALUE_REQUIRED, $default = null) {
        if ($default === null && $required == VALUE_DEFAULT) {
            $default = FORMAT_MOODLE;
        }
        $desc = "Format of $textfieldname: " . FORMAT_HTML . ' HTML, ' . FORMAT_MOODLE . ' Moodle, ' . FORMAT_PLAIN . ' plain text, '
            . FORMAT_MARKDOWN . ' Markdown';
        parent::__construct(PARAM_INT, $desc, $required, $default);
    }
}
