<?php
// Calls every operation of every rpc/encoded endpoint of a build with PHP's SoapClient, from the WSDL that the server publishes, and by
// plain HTTP in four formats. Prints a table and n of m. Usage: php soap.php BASE-URL MANIFEST PASSWORD
//
// An operation passes when it gives an answer of its type or a failure in the words of the service, in three cases: with the session of
// an administrator, with the session of a student, and with no session.
ini_set('soap.wsdl_cache_enabled', '0');
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING);
[, $base, $path, $password] = $argv;
$manifest = json_decode(file_get_contents($path), true);

/** A value of a type on the wire that says nothing in particular. */
function plain(array $type) {
    $values = ['int' => 1, 'long' => 1, 'float' => 1.5, 'double' => 1.5, 'boolean' => true];
    return isset($type['xsd']) ? ($values[$type['xsd']] ?? 'x') : null;
}

/** What came of a call: `answer`, `failure`, or what went wrong. */
function outcome(callable $call): string {
    try {
        $call();
        return 'answer';
    } catch (SoapFault $fault) {
        return $fault->faultcode === 'MOODLE:error' ? 'failure' : "$fault->faultcode $fault->faultstring";
    }
}

$bad = 0;
foreach ($manifest['endpoints'] as $endpoint) {
    if ($endpoint['style'] !== 'rpc-encoded') {
        continue;
    }
    $client = new SoapClient($base . $endpoint['wsdls'][0]['path'], ['features' => SOAP_SINGLE_ELEMENT_ARRAYS]);
    $sessions = ['nobody' => (object) ['client' => 0, 'sessionkey' => 'x']];
    foreach (['admin', 'student'] as $name) {
        $sessions[$name] = $client->login($name, $password);
    }
    $passed = $answered = 0;
    foreach ($endpoint['operations'] as $name => $operation) {
        $seen = [];
        foreach ($sessions as $who => $session) {
            // A session that is ended here would be missed by the next operation.
            $session = $name === 'logout' && $who !== 'nobody' ? $client->login('teacher', $password) : $session;
            $args = [];
            foreach ($operation['parts'] as $part) {
                $carried = $part['carries']['session'] ?? null;
                $args[] = $carried ? ($carried === 'client' ? $session->client : $session->sessionkey) : plain($part['type']);
            }
            $seen[$who] = outcome(fn() => $client->__soapCall($name, $args));
        }
        $good = !array_diff($seen, ['answer', 'failure']);
        $passed += $good ? 1 : 0;
        $answered += in_array('answer', $seen) ? 1 : 0;
        printf("%-26s %-26s %s\n", $endpoint['profile'], $name, $good ? implode(' ', $seen) : 'FAILED ' . json_encode($seen));
    }
    $all = count($endpoint['operations']);
    echo "$endpoint[profile]: $passed of $all were understood; $answered gave somebody an answer and no failure\n";
    $bad += $all - $passed;
    if ($endpoint['profile'] !== 'oktech-simplified') {
        continue;
    }
    $passed = 0;
    foreach ($endpoint['operations'] as $name => $operation) {
        $seen = [];
        foreach (['json', 'php', 'xml', 'dump'] as $format) {
            $fields = ['wsfunction' => $name, 'wsformatout' => $format, 'wsusername' => 'student', 'wspassword' => $password];
            foreach ($operation['parts'] as $part) {
                if (isset($part['carries']['param'])) {
                    $fields[$part['carries']['param']] = plain($part['type']) ?? '';
                }
            }
            $text = file_get_contents($base . $endpoint['path'], false, stream_context_create(['http' => [
                'method' => 'POST', 'header' => 'Content-Type: application/x-www-form-urlencoded', 'content' => http_build_query($fields),
            ]]));
            $read = [
                'json' => fn() => json_decode($text) !== null || $text === 'null',
                'php' => fn() => @unserialize($text, ['allowed_classes' => false]) !== false || $text === 'b:0;',
                'xml' => fn() => @simplexml_load_string($text) !== false,
                'dump' => fn() => str_starts_with($text, '<pre>') || str_starts_with($text, 'Wspp Rest Server :'),
            ];
            $seen[$format] = $text !== false && $read[$format]();
        }
        $good = !in_array(false, $seen, true);
        $passed += $good ? 1 : 0;
        printf("%-26s %-26s %s\n", 'plain HTTP', $name, $good ? 'json php xml dump' : 'FAILED ' . json_encode($seen));
    }
    echo "plain HTTP: $passed of $all\n";
    $bad += $all - $passed;
}
exit($bad === 0 ? 0 : 1);
