"""Words that some YAML dialect takes for something other than text, or cannot take at all."""


def _words(text: str) -> list[str]:
    return text.split()


# fmt: off
BOOLEANS = _words("""
y Y yes Yes YES yEs n N no No NO nO true True TRUE tRue false False FALSE fAlse on On ON oN off Off OFF oFF t T
f F ye nope trues
""")
NULLS = [
    "", "~", "null", "Null", "NULL", "nUll", "nil", "none", "None", "~~", "nulls",
]
WHOLE = _words("""
0 00 000 -0 +0 1 -1 +1 01 07 08 09 -09 0777 -0777 +0777 0o17 0O17 -0o17 0o18 0o 0x1F 0X1f -0x1f +0x1f 0x 0xG
0b101 0B101 -0b101 +0b101 0b-1 0b+1 -0b-1 -0b+1 0b102 0b 1_000 1__0 1_ _1 +_1 -_1 0x_1F 0_x1F 0_7 0b1_0 0_b1
1_e3 1,000 1:30 1:30:45 190:20:30 -1:30 9223372036854775807 9223372036854775808 -9223372036854775808
-9223372036854775809 18446744073709551615 18446744073709551616 +9223372036854775808 +18446744073709551615
99999999999999999999 0xFFFFFFFFFFFFFFFF 0xFFFFFFFFFFFFFFFFF 0777777777777777777777777 01777777777777777777777
0b1111111111111111111111111111111111111111111111111111111111111111 1152921504606846976 1152921504606846977
""")
FLOATS = _words("""
1.0 -1.0 +1.0 1. -1. 80.0 .5 -.5 +.5 .5_5 ._5 .5e3 .e3 . .. ... - -- + ++ -. +. 1.e3 1e3 1E3 1e+3 1e-3 1e 1e+
-1e3 +1e3 1e3.5 1e20 1e21 1e22 1e300 1e309 1e999 -1e999 1e-400 1e-7 0.000001 0.0000001 1.5e300 123456789.125 0.1
0.30000000000000004 1.7976931348623157e308 4.9e-324 1152921504606846976.0 9007199254740993.0 -0.0 0.0 1_0.5
1.5_5 1.5_ 0x1p-2 0x1.8p1 08.5 09e1 685_230.15 6.8523015e+5 190:20:30.15 infinity Infinity -Infinity nan NaN 1d
1f 5Gi 10s
""")
SPECIAL = _words("""
.inf .Inf .INF +.inf -.inf -.INF .iNF +.Inf .nan .NaN .NAN .nAn +.nan -.nan
""")
DATES = _words("""
2001-01-01 2001-1-1 2001-01-01T00:00:00Z 2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z 2001-13-01 12-12-2001
2001-01 10:00 10:00:00 2001-12-14T
""")
SIGNS = _words("""
= << <<< <= => ! !a & &a * *a | > % %a @ @a ` `a ? ?a : :a a: # #a a#b [ ] { } , ,a a,b [] {} [a] "a" 'a' a'b
a"b \\ \\n -a ?- :: a:b a:b:c // /a $ $a ${a} (a) ^ ; <a> a|b é ü 漢字 😀 * ** *.example.com .well-known /healthz
/v[0-9]+/.* 10.0.0.0/16 ::1 fe80::/10 sha256:abc https://id.example.com https://id.example.com:8443/a?b=c#d
gateway.networking.k8s.io/v1 x-user 1.9 v1.9 1.9.1 1-1 0-9 a.b.c. app@x
""")
SPACED = [
    "a: b", "a #b", "a b", " a", "a ", "- a", "? a", ": a", "a\tb", "\ta", "a\t", "a\nb", "a\n", "\na", "\n",
    "\n\n", "a\r\nb", "a\rb", "--- a", "---", "a\n---\nb", "%YAML 1.1", "a\\nb", "2001-12-14 21:59:43.10 -5",
    "2001-12-14 21:59:43", "1 000", "a  b", "true ", "no: yes", "x" * 2000, "a " * 600, "null\n",
    "key: |\n  text\n",
]
CONTROLS = [
    "\x00", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x85", "a\x85b", "\x9f",
    "\xa0", "\xad", "\u2028", "a\u2028b", "\u2029", "\ufeff", "a\ufeffb", "\ufffd", "\ufffe", "\uffff",
    "\U0001f600", "\U0010ffff", "\u202e",
]
# fmt: on

PLAIN_WORDS = list(dict.fromkeys(BOOLEANS + NULLS + WHOLE + FLOATS + SPECIAL + DATES + SIGNS))
TEXTS = list(dict.fromkeys(PLAIN_WORDS + SPACED + CONTROLS))
