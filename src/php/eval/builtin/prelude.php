<?php
interface Traversable {}
interface Iterator extends Traversable {}
interface IteratorAggregate extends Traversable {}
interface ArrayAccess {}
interface Countable {}
interface Serializable {}
interface JsonSerializable {}
interface Stringable {}
interface UnitEnum {}
interface BackedEnum extends UnitEnum {}
interface Throwable extends Stringable {}
class stdClass {}
final class Closure {}
class ArrayIterator implements Iterator, ArrayAccess, Countable {
    private $storage;
    private $keys = [];
    private $at = 0;
    public function __construct($array = []) { $this->storage = $array; }
    public function getArrayCopy() { return $this->storage; }
    public function offsetExists($key) { return isset($this->storage[$key]); }
    public function offsetGet($key) { return $this->storage[$key]; }
    public function offsetSet($key, $value) {
        if ($key === null) {
            $this->storage[] = $value;
        } else {
            $this->storage[$key] = $value;
        }
    }
    public function offsetUnset($key) { unset($this->storage[$key]); }
    public function append($value) { $this->storage[] = $value; }
    public function count() { return count($this->storage); }
    public function rewind() {
        $this->keys = array_keys($this->storage);
        $this->at = 0;
    }
    public function valid() { return $this->at < count($this->keys); }
    public function current() { return $this->storage[$this->keys[$this->at]]; }
    public function key() { return $this->keys[$this->at] ?? null; }
    public function next() { $this->at++; }
}
class ArrayObject extends ArrayIterator implements IteratorAggregate {
    public function getIterator() { return new ArrayIterator($this->getArrayCopy()); }
}
final class Generator implements Iterator {
    private $pairs;
    private $result;
    private $at = 0;
    public function __construct($pairs, $result) {
        $this->pairs = $pairs;
        $this->result = $result;
    }
    public function rewind() {}
    public function valid() { return $this->at < count($this->pairs); }
    public function current() { return $this->pairs[$this->at][1] ?? null; }
    public function key() { return $this->pairs[$this->at][0] ?? null; }
    public function next() { $this->at++; }
    public function getReturn() { return $this->result; }
    public function __call($method, $args) { return \mwsc\unmodelled('Generator', $method, $args); }
}
trait ThrowableParts {
    protected $message = '';
    protected $code = 0;
    protected $file = '';
    protected $line = 0;
    protected $previous = null;
    public function __construct($message = '', $code = 0, $previous = null) {
        $this->message = $message;
        $this->code = $code;
        $this->previous = $previous;
    }
    final public function getMessage() { return $this->message; }
    final public function getCode() { return $this->code; }
    final public function getPrevious() { return $this->previous; }
    final public function getFile() { return $this->file; }
    final public function getLine() { return $this->line; }
    final public function getTrace() { return []; }
    final public function getTraceAsString() { return ''; }
    public function __toString() { return $this->message; }
}
class Exception implements Throwable { use ThrowableParts; }
class Error implements Throwable { use ThrowableParts; }
class ErrorException extends Exception {}
class TypeError extends Error {}
class ValueError extends Error {}
class ArithmeticError extends Error {}
class DivisionByZeroError extends ArithmeticError {}
class ArgumentCountError extends TypeError {}
class AssertionError extends Error {}
class UnhandledMatchError extends Error {}
class JsonException extends Exception {}
class LogicException extends Exception {}
class BadFunctionCallException extends LogicException {}
class BadMethodCallException extends BadFunctionCallException {}
class DomainException extends LogicException {}
class InvalidArgumentException extends LogicException {}
class LengthException extends LogicException {}
class OutOfRangeException extends LogicException {}
class RuntimeException extends Exception {}
class OutOfBoundsException extends RuntimeException {}
class OverflowException extends RuntimeException {}
class RangeException extends RuntimeException {}
class UnderflowException extends RuntimeException {}
class UnexpectedValueException extends RuntimeException {}
class ReflectionException extends Exception {}
class ReflectionProperty {
    const IS_PUBLIC = 1;
    const IS_PROTECTED = 2;
    const IS_PRIVATE = 4;
    const IS_STATIC = 16;
    const IS_READONLY = 128;
    public $name;
    public $class;
    private $flags = 0;
    private $doc = false;
    public function __construct($class, $property) {
        $class = is_object($class) ? get_class($class) : $class;
        foreach (\mwsc\properties($class) as list($name, $declaring, $flags, $doc)) {
            if ($name === $property) {
                $this->name = $name;
                $this->class = $declaring;
                $this->flags = $flags;
                $this->doc = $doc;
                return;
            }
        }
        throw new ReflectionException("Property $class::\$$property does not exist");
    }
    public function getName() { return $this->name; }
    public function getDocComment() { return $this->doc; }
    public function getModifiers() { return $this->flags; }
    public function isPublic() { return ($this->flags & self::IS_PUBLIC) != 0; }
    public function isProtected() { return ($this->flags & self::IS_PROTECTED) != 0; }
    public function isPrivate() { return ($this->flags & self::IS_PRIVATE) != 0; }
    public function isStatic() { return ($this->flags & self::IS_STATIC) != 0; }
    public function __call($method, $args) { return \mwsc\unmodelled('ReflectionProperty', $method, $args); }
}
class ReflectionClass {
    public $name;
    public function __construct($class) {
        if (!is_object($class) && !class_exists($class)) {
            throw new ReflectionException("Class \"$class\" does not exist");
        }
        $this->name = is_object($class) ? get_class($class) : ltrim($class, '\\');
    }
    public function getName() { return $this->name; }
    public function getShortName() {
        $at = strrpos($this->name, '\\');
        return $at === false ? $this->name : substr($this->name, $at + 1);
    }
    public function getNamespaceName() {
        $at = strrpos($this->name, '\\');
        return $at === false ? '' : substr($this->name, 0, $at);
    }
    public function getParentClass() {
        $parent = get_parent_class($this->name);
        return $parent ? new ReflectionClass($parent) : false;
    }
    public function hasMethod($name) { return method_exists($this->name, $name); }
    public function hasProperty($name) { return property_exists($this->name, $name); }
    public function isSubclassOf($class) { return is_subclass_of($this->name, $class); }
    public function implementsInterface($class) { return is_a($this->name, $class, true); }
    public function newInstance(...$args) { return new $this->name(...$args); }
    public function newInstanceArgs($args = []) { return new $this->name(...$args); }
    public function getProperty($name) { return new ReflectionProperty($this->name, $name); }
    public function getProperties($filter = null) {
        $found = [];
        foreach (\mwsc\properties($this->name) as list($name, $class, $flags)) {
            if ($filter === null || ($flags & $filter)) {
                $found[] = new ReflectionProperty($this->name, $name);
            }
        }
        return $found;
    }
    public function __call($method, $args) { return \mwsc\unmodelled('ReflectionClass', $method, $args); }
}
class ReflectionObject extends ReflectionClass {}
