<?php
// A player of calls: PHP's SoapClient, with a WSDL of either style or, when the plan has none, without: then it sends arguments without
// their names and records as Apache's maps. Usage: php soap.php PLAN; see play.py for the plan and the results.
ini_set('soap.wsdl_cache_enabled', '0');
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING);
$plan = json_decode(file_get_contents($argv[1]));
$document = $plan->style === 'document';

function client(?array $basic): SoapClient {
    global $plan;
    static $clients = [];
    $options = ['location' => $plan->address, 'features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'cache_wsdl' => WSDL_CACHE_NONE];
    if ($plan->wsdl === null) {
        $options += ['uri' => 'urn:any'];
    }
    if ($basic) {
        $options += ['login' => $basic[0], 'password' => $basic[1]];
    }
    return $clients[json_encode($basic)] ??= new SoapClient($plan->wsdl, $options);
}

/** The session of a user, which a login opens when it is first asked for. */
function session(string $user): object {
    global $plan, $sessions, $document;
    $args = ['username' => $user, 'password' => $plan->password];
    return $sessions[$user] ??= $document ? client(null)->login($args)->return : client(null)->login(...array_values($args));
}

/** A value as SoapClient takes it. In document/literal, an array stands in elements called `item`. */
function value($value) {
    global $document;
    if (is_array($value)) {
        $items = array_map('value', $value);
        return $document ? ['item' => $items] : $items;
    }
    if (isset($value->{'$client'})) {
        return session($value->{'$client'})->client;
    }
    if (isset($value->{'$key'})) {
        return session($value->{'$key'})->sessionkey;
    }
    return is_object($value) ? array_map('value', (array) $value) : $value;
}

/** The answer to a call, or how it failed. */
function play(object $call): array {
    global $document;
    try {
        $args = [];
        foreach ($call->parts as [$name, $value]) {
            $args[$name] = value($value);
        }
        $answer = client($call->basic)->__soapCall($call->operation, $document ? [$args] : array_values($args));
        return ['answer' => $document ? $answer->return ?? null : $answer];
    } catch (SoapFault $fault) {
        // The client's own faults, of answers that it cannot read, begin so.
        $own = str_starts_with($fault->faultstring, 'SOAP-ERROR') || in_array($fault->faultcode, ['HTTP', 'WSDL', 'Client']);
        return [$own ? 'broken' : 'fault' => $fault->faultstring];
    }
}

foreach ($plan->calls as $call) {
    if ($call->reset) {
        file_get_contents($plan->control);
        $sessions = [];
    }
    echo json_encode(['id' => $call->id] + play($call), JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION), "\n";
}
