<?php
namespace core_external;

class external_warnings extends external_multiple_structure {
    public function __construct(
        $itemdesc = 'What the warning is about',
        $itemiddesc = 'Its id',
        $warningcodedesc = 'Code of the warning, for programs'
    ) {
        parent::__construct(
            new external_single_structure([
                'item' => new external_value(PARAM_TEXT, $itemdesc, VALUE_OPTIONAL),
                'itemid' => new external_value(PARAM_INT, $itemiddesc, VALUE_OPTIONAL),
                'warningcode' => new external_value(PARAM_ALPHANUM, $warningcodedesc),
                'message' => new external_value(PARAM_RAW, 'The warning in English, for people'),
            ], 'One warning'),
            'Warnings',
            VALUE_OPTIONAL
        );
    }
}
