"""Texts that want to keep a worker busy, for the renderer's tests and the bench."""

from community.errors import Invalid
from community.text import MAX_CHARACTERS, check_weight, tidy

Pieces = tuple[tuple[str, int], ...]
"""What a heavy text is made of: a unit, and how often at most."""

MANY = MAX_CHARACTERS

HEAVY: dict[str, Pieces] = {
    "ordinary letters": (("a ", MANY),),
    "one long word": (("a", MANY),),
    "quotation marks": (('"', MANY),),
    "quotation marks in code": (("```\n", 1), ("\"'", MANY)),
    "every other sign": (("#$%^{}=+@-:;", MANY),),
    "equals signs": (("=", MANY),),
    "letters and marks": (("e\u0301", MANY),),
    "direction marks": (("a\u200e", MANY),),
    "opening brackets": (("[", MANY),),
    "opening brackets with letters": (("a[", MANY),),
    "picture marks": (("![", MANY),),
    "pictures": (("![a](/b)", MANY),),
    "nested pictures": (("![", 300), ("](/a)", MANY)),
    "links": (("[a](/b) ", MANY),),
    "links with titles": (("[a](/b 'c') ", MANY),),
    "links in list items": (("- [a](/b)\n", MANY),),
    "links in quotes": (("> [a](/b)\n", MANY),),
    "empty links": (("[](/b)", MANY),),
    "links in links": (("[[a](/b)](/c)", MANY),),
    "unclosed links": (("[a](b", MANY),),
    "unclosed titles": (('[a](/b "', MANY),),
    "parentheses in addresses": (("[a](" + "(" * 31 + "b", MANY),),
    "mail links": (("<a@b.cc>", MANY),),
    "angle addresses": (("<https://a.b>", MANY),),
    "bare addresses": (("https://a.b ", MANY),),
    "international addresses": (("http://xn--a ", MANY),),
    "international addresses, unencoded": (("https://é.fr ", MANY),),
    "percent signs in addresses": (("https://a.b/%41%E2%80%AE ", MANY),),
    "half addresses after a long text": (("(", 15_000), ("://", MANY)),
    "half schemes": (("https:", MANY),),
    "one endless address": (("http://a.b/", 1), ("a?b&c=(d)", MANY)),
    "one endless host": (("http://", 1), ("a.", MANY)),
    "one address used often": (("[a]: /" + "b" * 60 + " 'c'\n\n", 1), ("[a] ", MANY)),
    "one long address used often": (("[a]: /" + "b" * 1_500 + "\n\n", 1), ("[a]", MANY)),
    "one long title used often": (("[a]: /b '" + "&" * 200 + "'\n\n", 1), ("[a]", MANY)),
    "definitions": (("[a]: /b\n", MANY),),
    "definitions with titles": (("[a]: /b 'c\n", MANY),),
    "definitions that never end": (("[a\n", MANY),),
    "emphasis": (("*a* ", MANY),),
    "emphasis in emphasis": (("*a **b* c** ", MANY),),
    "emphasis never closed": (("*a **b ", MANY),),
    "emphasis crossed": (("*_", MANY),),
    "strikes crossed": (("~~a*b~~*", MANY),),
    "code in a line": (("`a` ", MANY),),
    "code marks of all lengths": (("`a``b```c````d`````e``````f", MANY),),
    "less-than signs": (("<", MANY),),
    "half tags": (("<a ", MANY),),
    "half comments": (("<!--", MANY),),
    "ampersands": (("&", MANY),),
    "entities": (("&amp;", MANY),),
    "half entities": (("&1#", MANY),),
    "backslashes": (("\\*", MANY),),
    "lines": (("a\n", MANY),),
    "lines that look empty": (("\u00a0\n", MANY),),
    "empty lines": (("a\n\n\n\n\n\n\n\n", MANY),),
    "blank lines with tabs": (("\t\n", MANY),),
    "hard breaks": (("a\\\n", MANY),),
    "paragraphs": (("a\n\n", MANY),),
    "headings": (("# a\n", MANY),),
    "headings underlined": (("a\n=\n", MANY),),
    "rules": (("---\n", MANY),),
    "fences": (("```\na\n```\n", MANY),),
    "indented code": (("    a\nb\n\n", MANY),),
    "list": (("- a\n", MANY),),
    "loose list": (("- a\n\n", MANY),),
    "lists one after another": (("- a\n* b\n", MANY),),
    "numbered lists one after another": (("1) a\n2. b\n", MANY),),
    "stairs of lists": (("- a\n  - b\n    - c\n", MANY),),
    "deep lists": (("- - - - - - a\n", MANY),),
    "deep lists of two signs": (("- * - * - * a\n", MANY),),
    "headings in lists": (("- # a\n", MANY),),
    "emphasis in lists": (("- *a*\n", MANY),),
    "quotes": (("> a\n\n", MANY),),
    "deep quotes": ((">>>>>> a\n", MANY),),
    "a deep quote goes on and on": ((">>>>>> a\n", 1), ("b\n", MANY)),
    "a deep list goes on and on": (("- - - - - - a\n", 1), ("b\n", MANY)),
    "quotes in lists in quotes": (("> - > - > - a\n", MANY),),
    "table of one column": (("|a\n|-\n", 1), ("b\n", MANY)),
    "table of twenty columns": (("|" + "a|" * 20 + "\n|" + "-|" * 20 + "\n", 1), ("b\n", MANY)),
    "table as wide as it goes": (("|" + "a|" * 390 + "\n|" + "-|" * 390 + "\n", 1), ("b\n", MANY)),
    "table with emphasis": (("|a\n|-\n", 1), ("*b*\n", MANY)),
    "table with code": (("|a\n|-\n", 1), ("`b`\n", MANY)),
    "many small tables": (("|a|\n|-|\n\n", MANY),),
    "mail links, a list, definitions": (
        (":<a@b.cc>", MANY),
        ("- a\n", MANY),
        ("[a]: /" + "b" * 60 + "\n\n", MANY),
        ("e\u0301", 200),
    ),
    "links with titles, a list, a table": (
        ("[a](/b 'c') ", 350),
        ("\n\n|a|b|c|d|e|\n|-|-|-|-|-|\n", 1),
        ("b\n", 80),
        ("\n- a\n", MANY),
    ),
    "brackets, a letter of signs, lists": (
        ("[" * 13, 60),
        ("{ }é", 1_000),
        ("- a\n\n", 450),
        ("1) a\n2. b\n", 150),
    ),
    "addresses, half tags, half of everything": (
        ("https://a.b/%41 ", MANY),
        ("</", 81),
        ("b_&<+[é*", 600),
        ("a=b", 1_500),
        ('#" \n', 1_500),
    ),
    "brackets before small signs": (("[" * 11, 1), ("a#", MANY), ("*a_", MANY), ("\n\n> a", MANY)),
    "tables in quotes": (("> |a|\n> |-|\n> |b|\n>\n", MANY),),
}
"""Every kind of text that was slow in some part of the renderer, and those a search by chance made slower."""


def filled(pieces: Pieces) -> str:
    """Write a heavy text: each unit as often as it is meant to, and as the limits let it stand."""
    text = ""
    for unit, most in pieces:
        low, high = 0, min(most, (MAX_CHARACTERS - len(text)) // len(unit))
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if _fits(text + unit * middle) else (low, middle - 1)
        text += unit * low
    return text


def _fits(text: str) -> bool:
    try:
        check_weight(tidy(text))
    except Invalid:
        return False
    return True
