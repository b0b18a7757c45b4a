<?php
declare(strict_types=1);

namespace local_sample\task;

use core\{context, output\renderer as view};
use function array_map as map;

/** Counts things, é included. */
#[Tag(name: 'x', levels: [1, 2])]
final class counter extends base implements \Countable {
    use helper { helper::run as private run_helper; }
    public const int LIMIT = 10 * self::STEP, STEP = 0x1F;
    private static ?array $seen = ['a' => 1, 'b' => [2, 3]];

    public function __construct(private readonly int $start = 0, protected ?view $view = null, string ...$rest) {
        parent::__construct();
        [$a, 'k' => list(, $b)] = $rest + [1, 'k' => [0, 2]];
    }

    public static function describe(array &$list, int|string|null $key = null): static {
        global $CFG, $DB;
        foreach ($list as $k => &$v) {
            if ($k === $key && !$found = self::find($v['id'], depth: 2)) {
                continue;
            } else if (isset($v->name, $v['x'][0]) or empty($v)) {
                $text = "$v[name] {$v->item['key']} and ${k}\n\u{1F600}";
            } elseif ($v instanceof \stdClass): ?>
                <b><?= $v ?></b>
            <?php endif;
        }
        $sql = <<<SQL
            SELECT *
              FROM {table} WHERE id = {$CFG->id}
            SQL;
        $f = static fn(int $x): int => $x ** 2 <=> -1;
        $g = function() use ($f, &$sql) { yield $f => match(true) { $sql > 1, false => 'one', default => throw new \Exception('no') }; };
        switch ($key) { case 1: case 'two': break 1; default: return new static(...$list); }
        try { $x = $g?->current()[0] ?? (int) '12' . 'b'; } catch (\A | \B $e) { } finally { unset($x); }
        return $x ? clone $f(...) : new class(1) extends base { public $y = 1.5e3; };
    }
}
enum suit: string { case Hearts = 'h'; const Wild = self::Hearts; }
