<?php
// A player of calls: plain HTTP from PHP, in one of its four formats. Usage: php plain.php PLAN; see play.py for the plan and the results.
$plan = json_decode(file_get_contents($argv[1]), true);

// The classes of the original that the format `php` names.
class loginReturn extends stdClass {}
class profileitemRecord extends stdClass {}
class fileRecord extends stdClass {}
class enrolRecord extends stdClass {}

/** What the service answers to form fields, read from the format. */
function ask(string $operation, array $fields) {
    global $plan;
    $fields += ['wsfunction' => $operation, 'wsformatout' => $plan['format']];
    $text = file_get_contents($plan['address'], false, stream_context_create(['http' => [
        'method' => 'POST', 'header' => 'Content-Type: application/x-www-form-urlencoded', 'content' => http_build_query($fields),
        'ignore_errors' => true,
    ]]));
    return match ($plan['format']) {
        'json' => json_decode($text, false, 512, JSON_THROW_ON_ERROR),
        'php' => serialized($text),
        'xml' => element(new SimpleXMLElement($text)),
        'dump' => dump($text),
    };
}

/** The value of a text of the format `php`. Behind false stand the words of a failure. */
function serialized(string $text) {
    if (str_starts_with($text, 'b:0;')) {
        return $text === 'b:0;' ? false : ['exception' => 'Exception', 'message' => substr($text, 4)];
    }
    $value = @unserialize($text);
    return $value !== false ? $value : throw new UnexpectedValueException($text);
}

/** The value of an element of the format `xml`. */
function element(SimpleXMLElement $node) {
    switch ($node->getName()) {
        case 'EXCEPTION':
            return ['exception' => 'Exception', 'message' => (string) $node->MESSAGE];
        case 'MULTIPLE':
            $items = [];
            foreach ($node->children() as $child) {
                $items[] = element($child);
            }
            return $items;
        case 'SINGLE':
            $fields = [];
            foreach ($node->KEY as $key) {
                $fields[(string) $key['name']] = element($key->children()[0]);
            }
            return (object) $fields;
        case 'VALUE':
            return $node['null'] ? null : (string) $node;
        default:
            return element($node->children()[0]);
    }
}

/** The value of a text of the format `dump`: what `print_r` prints, in a `pre`. */
function dump(string $text) {
    if (!preg_match('#^<pre>(.*)</pre>$#s', $text, $found)) {
        return ['exception' => 'Exception', 'message' => preg_replace('/ - $/', '', $text)];
    }
    $lines = explode("\n", $found[1]);
    $at = 1;
    return printed($lines, $at, $lines[0], 0);
}

/** The value that begins with `$first` and goes on in the lines from `$at`, whose keys stand `$depth` deep. */
function printed(array $lines, int &$at, string $first, int $depth) {
    if (!preg_match('/^(Array|\w+ Object)$/', $first)) {
        // A text may have several lines. It ends before the next key, or where what is around it ends.
        while ($at < count($lines) && !preg_match('/^ {' . ($depth - 4) . '}\)|^ {' . $depth . '}\[/', $lines[$at])) {
            $first .= "\n" . $lines[$at++];
        }
        return $first;
    }
    $values = [];
    for ($at++; preg_match('/^ {' . ($depth + 4) . '}\[(.*?)\] => ?(.*)$/', $lines[$at] ?? '', $found); ) {
        $at++;
        $values[$found[1]] = printed($lines, $at, $found[2], $depth + 4 + (preg_match('/^(Array|\w+ Object)$/', $found[2]) ? 4 : 0));
    }
    // A closing bracket, and an empty line.
    $at += 2;
    return $first === 'Array' && array_is_list($values) ? $values : (object) $values;
}

/** The session of a user, which a login opens when it is first asked for. */
function session(string $user): object {
    global $plan, $sessions;
    return $sessions[$user] ??= (object) ask('login', ['username' => $user, 'password' => $plan['password']]);
}

/** A value as form fields have it. A form has no empty list and no null but the empty text. */
function value($value) {
    if (is_array($value)) {
        $session = isset($value['$client']) ? 'client' : (isset($value['$key']) ? 'sessionkey' : null);
        return $session ? session(current($value))->$session : ($value ? array_map('value', $value) : '');
    }
    return is_bool($value) ? (int) $value : $value ?? '';
}

/** The answer to a call, or how it failed. */
function play(array $call): array {
    try {
        $fields = $call['basic'] ? ['wsusername' => $call['basic'][0], 'wspassword' => $call['basic'][1]] : [];
        foreach ($call['parts'] as [$name, $value]) {
            $fields[$name] = value($value);
        }
        $answer = ask($call['operation'], $fields);
        $failure = is_array($answer) || is_object($answer) ? (array) $answer : [];
        return isset($failure['exception']) ? ['fault' => $failure['message']] : ['answer' => $answer];
    } catch (Exception $why) {
        return ['broken' => get_class($why) . ': ' . $why->getMessage()];
    }
}

foreach ($plan['calls'] as $call) {
    if ($call['reset']) {
        file_get_contents($plan['control']);
        $sessions = [];
    }
    echo json_encode(['id' => $call['id']] + play($call), JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION), "\n";
}
