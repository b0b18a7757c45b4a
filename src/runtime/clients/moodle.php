<?php
// Calls a Moodle through a service in front of it, with PHP's SoapClient and the WSDLs of OK Tech that the service publishes, and looks
// in the Moodle itself, over its own REST, for what came of it. What it makes it also deletes.
//
// Usage: php moodle.php BASE-URL, with MWSC_MOODLE_URL, MWSC_MOODLE_TOKEN (of an administrator, for a service with all functions),
// MWSC_MOODLE_ADMIN and MWSC_MOODLE_STUDENT (`name:password` each; the student is enrolled somewhere). Where the generated plugin is
// installed with a handler for `get_roles`, and its functions are in the service, that is called as well.
ini_set('soap.wsdl_cache_enabled', '0');
error_reporting(E_ALL & ~E_DEPRECATED);
$base = $argv[1];
[$admin, $student] = array_map(fn($name) => explode(':', getenv($name), 2), ['MWSC_MOODLE_ADMIN', 'MWSC_MOODLE_STUDENT']);
$failed = $passed = 0;

/** Counts what is expected, and says what is not as expected. */
function check(string $what, bool $good, $seen = null): void {
    global $failed, $passed;
    $good ? $passed++ : $failed++;
    echo $good ? 'ok      ' : 'FAILED  ', $what, $good ? '' : ': ' . substr(json_encode($seen), 0, 400), "\n";
}

/** What a function of the Moodle says to the administrator's token. */
function moodle(string $function, array $args) {
    $fields = ['wstoken' => getenv('MWSC_MOODLE_TOKEN'), 'wsfunction' => $function, 'moodlewsrestformat' => 'json'] + $args;
    $text = file_get_contents(getenv('MWSC_MOODLE_URL') . '/webservice/rest/server.php', false, stream_context_create(['http' => [
        'method' => 'POST', 'header' => 'Content-Type: application/x-www-form-urlencoded', 'content' => http_build_query($fields),
    ]]));
    return json_decode($text, true);
}

/** A session over one of the WSDLs, whose shape is hidden: lists are lists, and records are made of the fields that are given. */
class Session {
    private SoapClient $soap;
    private $session;
    private array $types = [];

    public function __construct(string $wsdl, array $login) {
        $this->soap = new SoapClient($wsdl, ['features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'exceptions' => true]);
        foreach ($this->soap->__getTypes() as $text) {
            if (preg_match('/^struct (\w+) \{(.*)\}$/s', $text, $found)) {
                preg_match_all('/(\w+) (\w+);/', $found[2], $fields, PREG_SET_ORDER);
                $this->types[$found[1]] = array_column($fields, 1, 2);
            }
        }
        $this->session = $this->soap->login(...$login);
    }

    public function id(): int {
        return $this->session->client;
    }

    /** A record of a type; fields that are not given are null. */
    public function record(string $type, array $fields) {
        return (object) ($fields + array_map(fn() => null, $this->types[$type]));
    }

    /** A call; what a record of the old WSDL wraps comes out of it. */
    public function __call(string $name, array $args) {
        $args = array_map(fn($arg) => $arg instanceof Lists ? $this->spelled($arg) : $arg, $args);
        $answer = $this->soap->__soapCall($name, [$this->session->client, $this->session->sessionkey, ...$args]);
        $fields = is_object($answer) ? get_object_vars($answer) : [];
        return count($fields) === 1 && is_array(reset($fields)) ? reset($fields) : $answer;
    }

    private function spelled(Lists $lists) {
        return isset($this->types[$lists->wrapper]) ? (object) [key($this->types[$lists->wrapper]) => $lists->items] : $lists->items;
    }
}

/** Records for an `edit_` operation, with the name of the record that holds them in the old WSDL. */
class Lists {
    public function __construct(public string $wrapper, public array $items) {
    }
}

/** The fault of a call; empty when there is none. */
function fault(callable $call): string {
    try {
        $answer = $call();
        return is_array($answer) && isset($answer[0]->error) ? $answer[0]->error : '';
    } catch (SoapFault $fault) {
        return $fault->faultstring;
    }
}

foreach (['wsdl_pp.php' => 'old', 'wsdl_pp2.php' => 'simplified'] as $path => $shape) {
    echo "$shape\n";
    $wsdl = "$base/wspp/$path";
    $refused = fault(fn() => new Session($wsdl, [$student[0], 'not ' . $student[1]]));
    check('a wrong password is refused', str_contains($refused, 'Invalid username and / or password'), $refused);
    $ws = new Session($wsdl, $admin);
    $mine = moodle('core_webservice_get_site_info', [])['userid'];
    check('the session is of the very user', $ws->get_my_id() === $mine, $ws->get_my_id());

    $ids = fn($records) => array_map(fn($record) => (int) ((object) $record)->id, $records);
    $sorted = function (array $list) {
        sort($list);
        return $list;
    };
    $known = array_filter(moodle('core_course_get_courses', []), fn($course) => $course['format'] !== 'site');
    $courses = array_filter($ws->get_courses([], ''), fn($course) => $course->shortname !== '' && $course->category != 0);
    check('get_courses lists the courses', $sorted($ids($courses)) === $sorted($ids($known)), $ids($courses));
    $course = reset($known);
    $found = $ws->get_courses([$course['shortname'], 'no such course'], 'shortname');
    check('get_courses finds one', $found[0]->fullname === $course['fullname'] && $found[1]->error !== '', $found);
    $seen = $ws->get_users([$student[0]], 'username');
    $user = moodle('core_user_get_users_by_field', ['field' => 'username', 'values' => [$student[0]]])[0];
    check('get_users finds one', $seen[0]->id === $user['id'] && $seen[0]->email === $user['email'], $seen);
    $theirs = moodle('core_enrol_get_users_courses', ['userid' => $user['id']]);
    $seen = $ws->get_my_courses((string) $user['id'], '');
    check('get_my_courses of the student', $sorted($ids($seen)) === $sorted($ids($theirs)), $seen);
    foreach ($theirs as $theirs) {
        $groups = moodle('core_group_get_course_groups', ['courseid' => $theirs['id']]);
        $seen = $ws->get_groups_bycourse((string) $theirs['id'], 'id');
        check("groups of course $theirs[shortname]", $sorted(array_column($groups, 'name')) === $sorted(array_column(array_map('get_object_vars', $seen), 'name')), $seen);
    }

    // What an interrupted run has left behind.
    foreach (['delete_user' => 'MWSC-F', 'delete_course' => 'MWSC-C', 'delete_cohort' => 'mwsc-cohort'] as $operation => $idnumber) {
        fault(fn() => $ws->$operation($idnumber, 'idnumber'));
    }
    $made = $ws->add_user($ws->record('userDatum', ['username' => 'mwsc-front', 'password' => 'Secret-123', 'firstname' => 'Ada', 'lastname' => 'Front', 'email' => 'mwsc-front@example.org', 'idnumber' => 'MWSC-F']));
    $there = fn() => moodle('core_user_get_users_by_field', ['field' => 'username', 'values' => ['mwsc-front']]);
    $row = $there()[0] ?? [];
    check('a user is made', ($row['id'] ?? 0) === $made[0]->id && $row['idnumber'] === 'MWSC-F', $made);
    $ws->update_user($ws->record('userDatum', ['idnumber' => 'MWSC-F', 'lastname' => 'Behind']), 'idnumber');
    check('and changed', ($there()[0]['lastname'] ?? '') === 'Behind', $there());
    $made = $ws->edit_courses(new Lists('editCoursesInput', [$ws->record('courseDatum', ['action' => 'Add', 'shortname' => 'mwsc-front', 'fullname' => 'In front', 'idnumber' => 'MWSC-C', 'category' => 1, 'summary' => 'a < b & c'])]));
    $course = fn() => moodle('core_course_get_courses_by_field', ['field' => 'shortname', 'value' => 'mwsc-front'])['courses'];
    check('a course is made', ($course()[0]['id'] ?? 0) === $made[0]->id, $made);
    $ws->update_course($ws->record('courseDatum', ['idnumber' => 'MWSC-C', 'fullname' => 'Behind']), 'idnumber');
    check('and changed', ($course()[0]['fullname'] ?? '') === 'Behind', $course());

    $done = $ws->enrol_students('MWSC-C', 'idnumber', ['MWSC-F', 'no such user'], 'idnumber');
    $inside = array_column(moodle('core_enrol_get_enrolled_users', ['courseid' => $made[0]->id]), 'username');
    check('a student is enrolled', $inside === ['mwsc-front'] && $done[0]->error === '' && $done[1]->error !== '', $done);
    $group = $ws->add_group($ws->record('groupDatum', ['courseid' => $made[0]->id, 'name' => 'mwsc group']))[0];
    $put = $ws->affect_user_to_group($row['id'], $group->id);
    $members = moodle('core_group_get_group_members', ['groupids' => [$group->id]])[0]['userids'] ?? [];
    check('and put in a group', $put->status === true && $members === [$row['id']], $put);
    $cohort = $ws->add_cohort($ws->record('cohortDatum', ['name' => 'mwsc cohort', 'idnumber' => 'mwsc-cohort', 'categoryid' => 0]))[0];
    $put = $ws->affect_user_to_cohort($row['id'], $cohort->id);
    $members = moodle('core_cohort_get_cohort_members', ['cohortids' => [$cohort->id]])[0]['userids'] ?? [];
    check('and in a cohort', $put->status === true && $members === [$row['id']], [$cohort, $put, $members]);
    check('whose members are read', $ids($ws->get_cohort_members($cohort->id, 'id')) === [$row['id']]);

    $pupil = new Session($wsdl, $student);
    check('the student is somebody else', $pupil->get_my_id() === $user['id'], $pupil->get_my_id());
    check('and sees their own courses', $sorted($ids($pupil->get_my_courses('', ''))) === $sorted($ids($ws->get_my_courses((string) $user['id'], ''))));
    foreach ([
        'make a user' => fn() => $pupil->add_user($pupil->record('userDatum', ['username' => 'mwsc-x', 'password' => 'Secret-123', 'firstname' => 'X', 'lastname' => 'X', 'email' => 'mwsc-x@example.org', 'idnumber' => 'MWSC-X'])),
        'make a course' => fn() => $pupil->add_course($pupil->record('courseDatum', ['shortname' => 'mwsc-x', 'fullname' => 'X', 'idnumber' => 'MWSC-X', 'category' => 1])),
        'delete a course' => fn() => $pupil->delete_course('MWSC-C', 'idnumber'),
        'delete a user' => fn() => $pupil->delete_user('MWSC-F', 'idnumber'),
        'enrol anybody' => fn() => $pupil->add_student('MWSC-C', 'idnumber', $student[0], 'username'),
        'list the groups of a course that is not theirs' => fn() => $pupil->get_groups_bycourse((string) $made[0]->id, 'id'),
    ] as $what => $call) {
        $why = fault($call);
        check("the student cannot $what", $why !== '', $why);
        echo "          $why\n";
    }
    $pupil->logout();
    $why = fault(fn() => $pupil->get_courses([], ''));
    check('a session ends with its logout', str_contains($why, 'Invalid Client connection'), $why);
    check('nothing came of it', count($course()) === 1 && count($there()) === 1 && !moodle('core_user_get_users_by_field', ['field' => 'username', 'values' => ['mwsc-x']]));

    $plugin = in_array('local_oktech_get_roles', array_column(moodle('core_webservice_get_site_info', [])['functions'], 'name'));
    if ($plugin) {
        $roles = $ws->get_roles(...($shape === 'old' ? [] : ['', '']));
        check('the plugin lists the roles', in_array('editingteacher', array_column(array_map('get_object_vars', $roles), 'shortname')), $roles);
    } else {
        echo "skipped the plugin: the service has no local_oktech_get_roles\n";
    }

    $ws->delete_cohort('mwsc-cohort', 'idnumber');
    $gone = $ws->delete_course('MWSC-C', 'idnumber');
    check('the course is deleted', $course() === [] && $gone[0]->id === $made[0]->id, $gone);
    $gone = $ws->delete_user('MWSC-F', 'idnumber');
    check('the user is deleted', $there() === [] && $gone[0]->id === $row['id'], $gone);
    check('the session ends', $ws->logout() === true);
}
echo "$passed of ", $passed + $failed, "\n";
exit($failed === 0 ? 0 : 1);
