"""Documents whose shape some reader takes for another one than the API server does.

Sources: the differences between YAML 1.1, YAML 1.2, libyaml and go-yaml, tried one by one.
"""

# fmt: off
FLOW = [
    "[a?b]", "[a ?b]", "[a? b]", "{a?: b}", "{a?b: c}", "{a: b?}", "{?a: b}", "{a: '?'}", "[a:b]", "[a:,b]", "{a:b}",
    "{a:1}", "{a: 1,b}", "{a}", "[a: b]", "[a: b, c]", "[a,]", "[,a]", "{a: b,}", "{a: , b: c}", "['a':b]", '["a":b]',
    '{"a":b}', '{"a":{"b":1}}', "{'a':'b'}", "{a: b}}", "[a]]", "{a: [b, {c: d}], e: 'f'}", "a: [b", "a: {b", "a: ]",
    "a: b]",
]

TABS = [
    "a: b\n\tc: d", "a:\n\tb: c", "\ta: b", "a:\tb", "a: b\t", "a: \tb", "-\ta", "- \ta", "a: |\n\tb\n",
    "a: |\n  b\n\tc\n", "a: 'b\n\tc'", "a: b\n\tc", "[\n\ta\n]", '{\n\t"a": 1\n}', "a: # c\n\tb",
]

BLOCKS = [
    "a: |\n  x\n  y\n", "a: >\n  x\n  y\n\n  z\n", "a: |-\n  x\n", "a: |+\n  x\n\n", "a: |2\n   x\n",
    "a: |\n\n\n  x\n", "a: >-\n  x\n   y\n  z\n", "a: |\n x\n  y\nb: z", "a: |0\n x", "a: |a\n x",
]

QUOTED = [
    "a: 'b", 'a: "b', "a: 'b' c", 'a: "\\q"', 'a: "\\/"', 'a: "\\\\/"', 'a: "\\x41\\u0041\\U00000041"',
    'a: "\\ud83d\\ude00"', 'a: "\\U0001f600"', 'a: "\\e\\N\\_\\L\\P\\a\\0"', 'a: "\\\n  b"', 'a: "b\n  c"',
    "a: 'b\n\n  c'", 'a: "\\ "', 'a: "\\\t"', "a: ''", 'a: ""', "'': a", "a: '''b'''", "a: 'it''s'", "a: 'b' # c",
    "a: 'x': y", 'a: "\\u0000"',
]

KEYS = [
    "a: b\na: c", 'a: b\n"a": c', "1: a\n0x1: b", "y: a\ntrue: b", "null: a", "~: a", ": a", "? a\n: b", "? [a]\n: b",
    "? a", "- ? a\n  : b\n", "1.5: a", "1e3: a", "0.1: a", "1e6: a", "123456.7: a", "1234567.8: a", "1e-5: a",
    "1e400: a", ".inf: a", "-.inf: a", ".nan: a", "1e39: a", "-1e39: a", "16777217.0: a", "3.14159265358979: a",
    "-0.0: a", "1e100: a", "3.4028236e38: a", "9223372036854775808: a", "18446744073709551616: a", "0777: a",
    "2001-01-01: a", "true: a", "on: a", "off: 1\nno: 2", "x" * 1100 + ": a", "'" + "x" * 1100 + "': a",
    "? " + "x" * 1100 + "\n: a",
]

ALIASES = [
    "a: &x {b: &x 2}\nc: *x", "a: &x [&x 2, *x]\nc: *x", "a: &x b\nc: *x", "a: &x {b: c}\nd: *x\n", "a: *x",
    "&x a: *x", "a: &x [*x]", "a: &x 1\nb: &x 2\nc: *x", "&a a: 1\nb: *a", "a: &x\nb: *x", "a: &a-b c\nd: *a-b",
    "a: &ä c", "a: *", "a: & b", "a: &x 1\n*x : b", "a: &x [1]\n*x : b", "a: &x 1e3\n*x : b",
]

MERGES = [
    "a: &x\n- {b: 1}\nc:\n  <<: *x", "a: &x [{b: 1}]\nc:\n  <<: [*x]", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2",
    "a: &x {b: 1}\nc:\n  b: 2\n  <<: *x", "a: &x {b: 1}\nc: &y {b: 2}\nd:\n  <<: *x\n  <<: *y\n",
    "a: &x {b: 1}\nc: &y {d: 2}\ne:\n  <<: [*x, *y]\n", "<<: {a: b}\nc: d", "<<: a", "<<: [a]", "<<: [[a]]",
    "<<: null", "<<: []", "<<: {}", '"<<": {a: b}', "a: <<", "{<<: {a: b}, c: d}", "&k <<: {a: b}",
    "a: &x <<\n*x : {b: c}", "<<: {<<: {a: b}, c: d}",
]

TAGS = [
    "a: !!seq [b]", "a: !!map {b: c}", "a: !<tag:yaml.org,2002:str> 1", "!!int a: b", "a: !!float 1", "a: !!int 1.0",
    "a: !!int '3'", "a: !!bool maybe", "a: !!null x", "a: !!float x", "a: !!str\nb: !!null", "a: !!str",
    "a: !!float 1e3", "a: !!bool 'yes'",
]

LAYOUT = [
    "", "\n", "# c\n", "null", "~", "\ufeffa: b", "a: b\rc: d", "a: b\r\nc: d\r\n", "a: b\x85c: d", "a: b\u2028c: d",
    "a: \x7f", "a: \x01", "a: \x9f", "a: \ufffe", "'a\u2028b'", "a: b #c", "a: b#c", "a: #c", "#c\na: b", "a:#c",
    "a :b", "a : b", "a:  b", "  a: b\n  c: d", "a:\n- b\n- c", "a:\n  - b\n  -c", "- a\n-b", "-a", "- - a\n  - b",
    "-  - a", "- a: b\n  c: d", "- a: b\n   c: d", "a:\n b:\n  c: d\n e: f", "a:\n  b\n c: d", "a: b: c", "a: b\nc",
    "a: @b", "a: `b", "a: %b", "- \n- \n", "-\n-", "a:\nb:", "a: b\n# c\n  d", "[a, # c\n b]", "a: [b\nc]",
    "a: [\nb\n]", "a: {\nb: c}", "a: b\n c: d", "a:\n  'b'\n  : c", "a: b\n  c\n  d", "[" * 150 + "]" * 150,
    "%FOO\na: b", "a: b\n...",
]

# fmt: on
SHAPES = [*FLOW, *TABS, *BLOCKS, *QUOTED, *KEYS, *ALIASES, *MERGES, *TAGS, *LAYOUT]

STRICTER = {
    "[a:,b]": "libyaml takes no colon at the end of a word in brackets",
    "a: b\n\ufeffc: d": "a byte order mark inside the text",
    "a: \ufeffb": "the same",
    "\ufeff\ufeffa: b": "the same",
    "\n\ufeffa: b": "the same, where libyaml drops it",
    '1: a\n"1": b': "the server keeps one of two keys, by chance",
    "!!merge <<: {a: b}": "a tag nobody needs",
    "<<: !x {a: b}": "custom tags are dropped by the server",
    "a: !x b": "custom tags are dropped by the server",
    "a: ! 1": "the same, for a tag without a name",
    "a: !!binary aGk=": "the server decodes it, and replaces bytes that are no text",
    "a: !!timestamp 2001-01-01": "text to the server",
    "a: !!set {a, b}": "an object to the server",
    "a: !!omap [a: b]": "a list to the server",
    "a: b\n...\nc: d": "the server drops what follows",
    "  a: b\n c: d": "the server drops what follows",
    "{a: b}\n{c: d}": "the server drops what follows",
    "{a: b}}": "the server drops what follows",
    "[a]]": "the server drops what follows",
    "&a &b c": "the server drops what follows",
    "&a *a": "the server drops what follows",
    "[]: v": "the server drops what follows",
    "{}: v": "the server drops what follows",
}
"""What we refuse and the server reads as hardly anyone meant, or differently from one run to the next."""

WIDER = ["a: &x {b: 1}\nc:\n  <<: *x\n  b: 2", "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne:\n  <<: [*x, *y]\n"]
"""What strict decoding calls an equal key; outside of it, the server reads what we read."""
