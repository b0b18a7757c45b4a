<?php
namespace core;

abstract class persistent {
    protected static function define_properties() {
        return [];
    }

    final public static function properties_definition() {
        $properties = static::define_properties();
        foreach (['id', 'timecreated', 'timemodified', 'usermodified'] as $name) {
            $properties[$name] = ['default' => 0, 'type' => PARAM_INT];
        }
        foreach ($properties as $name => $property) {
            if (!isset($property['null'])) {
                $properties[$name]['null'] = NULL_NOT_ALLOWED;
            }
        }
        return $properties;
    }
}
