<?php
namespace core\external;

abstract class persistent_exporter extends exporter {
    protected static function define_class() {
        throw new \coding_exception('define_class() must be overridden');
    }

    final protected static function define_properties() {
        $class = static::define_class();
        return $class::properties_definition();
    }
}
