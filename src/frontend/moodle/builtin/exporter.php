<?php
namespace core\external;

use core_external\external_format_value;
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use core_external\external_value;

// The part of an exporter that describes: it builds structures from tables of properties.
abstract class exporter {
    protected static function define_properties() {
        return [];
    }

    protected static function define_other_properties() {
        return [];
    }

    protected static function define_related() {
        return [];
    }

    public static function properties_definition() {
        return static::complete(static::define_properties());
    }

    public static function read_properties_definition() {
        return static::properties_definition() + static::complete(static::define_other_properties());
    }

    private static function complete(array $properties) {
        foreach ($properties as $name => $property) {
            if (!isset($property['null'])) {
                $properties[$name]['null'] = NULL_NOT_ALLOWED;
            }
            if (!isset($property['description'])) {
                $properties[$name]['description'] = $name;
            }
            if (isset($property['type']) && is_array($property['type'])) {
                $properties[$name]['type'] = static::complete($property['type']);
            }
        }
        return $properties;
    }

    public static function get_read_structure($required = VALUE_REQUIRED, $default = null) {
        return self::read_structure(static::read_properties_definition(), $required, $default);
    }

    private static function read_structure(array $properties, $required, $default) {
        $keys = [];
        foreach ($properties as $name => $property) {
            if (isset($keys[$name])) {
                continue;
            }
            $presence = array_key_exists('optional', $property) ? VALUE_OPTIONAL : VALUE_REQUIRED;
            $value = $property['default'] ?? null;
            $text = $property['description'];
            if (is_array($property['type'])) {
                $item = self::read_structure($property['type'], $presence, $value);
            } else {
                $type = $property['type'];
                if ($type == PARAM_TEXT || $type == PARAM_CLEANHTML) {
                    $type = PARAM_RAW;
                }
                $item = new external_value($type, $text, $presence, $value, $property['null']);
            }
            $keys[$name] = empty($property['multiple']) ? $item : new external_multiple_structure($item, $text, $presence);
            if (isset($properties[$name . 'format'])) {
                $format = $properties[$name . 'format'];
                $presence = array_key_exists('optional', $format) ? VALUE_OPTIONAL : VALUE_REQUIRED;
                $keys[$name . 'format'] = array_key_exists('default', $format)
                    ? new external_format_value($name, VALUE_DEFAULT, $format['default'])
                    : new external_format_value($name, $presence);
            }
        }
        return new external_single_structure($keys, '', $required, $default);
    }

    public static function get_create_structure() {
        $keys = [];
        foreach (static::properties_definition() as $name => $property) {
            if ($name == 'id' || isset($keys[$name])) {
                continue;
            }
            $presence = array_key_exists('default', $property) ? VALUE_DEFAULT : VALUE_REQUIRED;
            $value = $property['default'] ?? null;
            if ($name == 'contextid') {
                $keys['contextid'] = new external_value(PARAM_INT, 'Id of a context, or level and instance', VALUE_OPTIONAL);
                $keys['contextlevel'] = new external_value(PARAM_ALPHA, 'Level of the context, with instanceid', VALUE_OPTIONAL);
                $keys['instanceid'] = new external_value(PARAM_INT, 'Id of the instance, with contextlevel', VALUE_OPTIONAL);
                continue;
            }
            $keys[$name] = new external_value($property['type'], $property['description'], $presence, $value, $property['null']);
        }
        return new external_single_structure($keys);
    }

    public static function get_update_structure() {
        $keys = [];
        foreach (static::properties_definition() as $name => $property) {
            $presence = $name == 'id' ? VALUE_REQUIRED : VALUE_OPTIONAL;
            $keys[$name] = new external_value($property['type'], $property['description'], $presence, null, $property['null']);
        }
        return new external_single_structure($keys);
    }
}
