"""The rules of a style sheet that a page uses: every page carries these alone."""

import re

_RULE = re.compile(r"\n?([^{}]+)\{[^{}]*\}")
_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
_NOT = re.compile(r":not\([^)]*\)")
_WORD = re.compile(r"[\w-]+")
_LINES = re.compile(r"\n+")


def used_rules(css: str, page: str) -> str:
    """The rules of a style sheet that may hold for something of a page: not those of classes that it does not name.

    >>> css = ".a .b{color:red}.b:not(.c,.d),.e{margin:0}@media print{h1,.f{padding:0}}"
    >>> used_rules(css, '<p class="b">')
    '.b:not(.c,.d),.e{margin:0}@media print{h1,.f{padding:0}}'
    """
    there = set(_WORD.findall(page))

    def kept(rule: re.Match[str]) -> str:
        selectors = _NOT.sub("", rule[1]).split(",")
        return rule[0] if any(there.issuperset(_CLASS.findall(one)) for one in selectors) else ""

    return _LINES.sub("\n", _RULE.sub(kept, css))
