<?php
namespace core_external;

class external_api {
    protected static function get_context_parameters() {
        return new external_single_structure([
            'contextid' => new external_value(PARAM_INT, 'Id of a context, or level and instance', VALUE_DEFAULT, 0),
            'contextlevel' => new external_value(PARAM_ALPHA, 'Level of the context, with instanceid', VALUE_DEFAULT, ''),
            'instanceid' => new external_value(PARAM_INT, 'Id of the instance, with contextlevel', VALUE_DEFAULT, 0),
        ]);
    }
}
