"""Healthy sessions that a naive screen gets wrong: CJK, right-to-left, emoji of many parts, combining marks, long words."""

from __future__ import annotations

from typing import Final

from sessiontui.cli.sample.script import Talk, talk

_JAPANESE = """\
@user
「木漏れ日」は英語で何と言いますか。
@assistant
一語では訳せません。**木の葉の間からこぼれる日の光**のことなので、"sunlight filtering through leaves" と説明します。

例文：

> 木漏れ日の中で本を読むのが好きだ。
> *I like reading in the light that falls through the trees.*
@user
中文里有类似的词吗？
@assistant
没有完全对应的单词，可以说「树影斑驳」或「从树叶间洒下的阳光」。前者更书面，也更有画面感。
@user
한국어로는요?
@assistant
한국어에는 **‘볕뉘’**라는 말이 있습니다. 작은 틈을 통하여 잠시 비치는 햇볕이라는 뜻이에요.
@user
全角と半角を混ぜるとどうなる？ ABC ABC １２３ 123 ｶﾀｶﾅ カタカナ
@assistant
幅が違うだけで、読みは同じです。端末では全角が二桁、半角が一桁を使います。
"""

_RIGHT_TO_LEFT = """\
@user
كيف أحفظ الخبز طازجًا لثلاثة أيام؟
@assistant
لفّه بقطعة قماش نظيفة وضعه في صندوق خشبي. **لا تضعه في الثلاجة**: البرودة تجعله قاسيًا أسرع.
@user
ואם כבר התייבש?
@assistant
להרטיב מעט את הקרום ולחמם שש דקות בתנור ב־180°. אחרי זה לאכול *באותו יום*.
@user
Mixed line: the word שלום and the number 1234 and مرحبا (in brackets), end.
@assistant
In a terminal the order of such a line is the terminal's decision; the bytes are in the order in which they were typed.
"""

_EMOJI = """\
@user
party tomorrow 🎉 who brings what?
@assistant
So far: 👩‍🍳 the soup, 🧑🏽‍🚒 the grill (of course), 👨‍👩‍👧‍👦 four salads, 🏳️‍🌈 the flag, 🇮🇸 the fish.
@user
❤️ vs ❤ – why do they look different
@assistant
The first one is followed by U+FE0F, which asks for the colourful form. The second is the bare sign and may be drawn in
black. Likewise ☎️ and ☎, ▶️ and ▶.
@user
and this: Z̸̛͇a̵͖͝l̶̰̈g̷̙̑o̴͚̓, and é against é
@assistant
The first word has two or three marks stacked on each letter. The two é are one character (U+00E9) and two (e, U+0301):
the same to the eye, not to a search that compares bytes. 🤷🏻‍♀️
"""

_LONG_WORDS = """\
@user
break this for me: Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft
@assistant
Donau · dampf · schifffahrts · elektrizitäten · haupt · betriebs · werk · bau · unterbeamten · gesellschaft

And a string that has no place to break at all:

`9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a089f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`
@user
and a very deep list?
@assistant
- one
  - two
    - three
      - four
        - five, and here it ends
          ```
          a block of code, five deep
          ```
"""

TALKS: Final[tuple[Talk, ...]] = (
    talk("matrix_言葉の木", _JAPANESE, minutes=34),
    talk("telegram_خبز", _RIGHT_TO_LEFT, hours=3),
    talk("whatsapp_party", _EMOJI, hours=14),
    talk("matrix_long-words", _LONG_WORDS, days=6),
)
