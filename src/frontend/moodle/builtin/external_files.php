<?php
namespace core_external;

class external_files extends external_multiple_structure {
    public function __construct($desc = 'Files', $required = VALUE_REQUIRED) {
        parent::__construct(
            new external_single_structure([
                'filename' => new external_value(PARAM_FILE, 'Name', VALUE_OPTIONAL),
                'filepath' => new external_value(PARAM_PATH, 'Folder', VALUE_OPTIONAL),
                'filesize' => new external_value(PARAM_INT, 'Size in bytes', VALUE_OPTIONAL),
                'fileurl' => new external_value(PARAM_URL, 'Where to load it from', VALUE_OPTIONAL),
                'timemodified' => new external_value(PARAM_INT, 'When it was changed', VALUE_OPTIONAL),
                'mimetype' => new external_value(PARAM_RAW, 'MIME type', VALUE_OPTIONAL),
                'isexternalfile' => new external_value(PARAM_BOOL, 'Whether a repository holds it', VALUE_OPTIONAL),
                'repositorytype' => new external_value(PARAM_PLUGIN, 'Type of that repository', VALUE_OPTIONAL),
                //since 4.3
                'icon' => new external_value(PARAM_RAW, 'Icon for its type', VALUE_OPTIONAL),
                //end
            ], 'One file'),
            $desc,
            $required
        );
    }

    public static function get_properties_for_exporter() {
        $properties = [
            'filename' => ['type' => PARAM_FILE, 'description' => 'Name'],
            'filepath' => ['type' => PARAM_PATH, 'description' => 'Folder'],
            'filesize' => ['type' => PARAM_INT, 'description' => 'Size in bytes'],
            'fileurl' => ['type' => PARAM_URL, 'description' => 'Where to load it from'],
            'timemodified' => ['type' => PARAM_INT, 'description' => 'When it was changed'],
            'mimetype' => ['type' => PARAM_RAW, 'description' => 'MIME type'],
            'isexternalfile' => ['type' => PARAM_BOOL, 'description' => 'Whether a repository holds it'],
            'repositorytype' => ['type' => PARAM_PLUGIN, 'description' => 'Type of that repository', 'null' => NULL_ALLOWED],
            //since 4.3
            'icon' => ['type' => PARAM_RAW, 'description' => 'Icon for its type', 'null' => NULL_ALLOWED],
            //end
        ];
        foreach ($properties as $name => $property) {
            $properties[$name]['optional'] = true;
        }
        return $properties;
    }
}
