"""Healthy sessions in English: Markdown, code, a table, one line, a system prompt. Nobody in them exists."""

from __future__ import annotations

from typing import Final

from sessiontui.cli.sample.script import Talk, talk

_TRAIN = """\
@user
I have three days in October and a rail pass. Mountains or sea?
@assistant
Mountains, if you don't mind an early start: in October the light is low and the *huts are still open* until about
the 20th. By the sea the ferries have already gone over to the winter timetable.

Three days would look like this:

1. **Friday** – evening train to the lake, sleep in the old post house
2. **Saturday** – rack railway at 07:40, walk along the ridge, down by the south side
3. **Sunday** – museum in the morning, home by four
@user
What if it rains on Saturday?
@assistant
Then swap the days. The museum has a roof and the ridge doesn't. The rail pass covers both, and the post house lets
you move one night without a fee if you write before six in the evening.
@user
How long is the walk, honestly? Last time you said "gentle" and my knees wrote a letter of complaint.
@assistant
Honestly:

| part | up | down | time |
| --- | ---: | ---: | ---: |
| station → ridge | 310 m | 20 m | 1 h 05 |
| along the ridge | 140 m | 180 m | 1 h 40 |
| ridge → village | 0 m | 690 m | 1 h 50 |

The last part is the one that knees remember. There is a chair lift for it; it runs until 16:30.
@user
Chair lift it is. Remind me what to pack?
@assistant
- rain jacket, even if the forecast is good
- gloves: the chair lift is in the shade
- the rail pass **and** an identity card, they do check on that line
- cash for the hut, its card reader "works when the weather does"
@user
Booked. Thank you!
@assistant
Have a good time. I have put the 07:40 in your calendar with an alarm at 06:50.
"""

_REVIEW = """\
@system
You review changes. Be brief, name the line, say what to do.
@user
Can you look at this? It is meant to give each visitor a number.

```python
def next_number(path):
    with open(path) as f:
        n = int(f.read())
    with open(path, "w") as f:
        f.write(str(n + 1))
    return n
```
@assistant
Three things, the first one matters:

1. **Two callers can get the same number.** Between the `read` and the `write` another process may read too.
2. `open(path, "w")` empties the file *before* the new number is written. A crash there leaves nothing, and the next
   call dies on `int("")`.
3. There is no file on the first day.

```python
def next_number(path: Path) -> int:
    with lock(path.with_suffix(".lock")):
        n = int(path.read_text()) if path.exists() else 0
        replace(path, str(n + 1))
        return n
```

where `replace` writes a new file beside the old one and renames it.
@user
Why not just use SQLite for a counter?
@assistant
That is the better answer:

```sql
UPDATE counter SET n = n + 1 RETURNING n - 1;
```

One statement, one transaction, and the lock is somebody else's work.
@user
ok ok. and this regex? `^(\\w+\\.?)+@\\w+$`
@assistant
Don't. `(\\w+\\.?)+` can split `aaaaaaaaaaaaaaaaaaaaaaaa` in 2²³ ways, and it tries all of them before it says no.
Check for one `@` with something on both sides, then send the mail; the mail server knows better than any pattern.
"""

_RECIPES = """\
@user
Grandmother's plum cake says "butter the size of an egg" and "flour until it is right". Help?
@assistant
An egg is about 55 g, so 55 g of butter. "Until it is right" for a yeast dough means that it lets go of the bowl:
start with **300 g** and add a spoon at a time.
@user
And "bake until the street smells of it"?
@assistant
35 minutes at 190 °C, then look. If the plums have sunk and the rim is brown it is done, whatever the street says. 🥧
@user
It worked!! The street confirms.
@assistant
Wonderful. Shall I write the recipe down with figures, so that the next generation has an easier time?
@user
yes but keep her words next to them
@assistant
> **Plum cake**
>
> * butter the size of an egg *(55 g)*
> * flour until it is right *(300–340 g)*
> * milk, hand-warm *(150 ml)*, and yeast as big as a walnut *(20 g fresh)*
> * plums, as many as lie side by side *(about 1 kg)*
>
> Bake until the street smells of it *(190 °C, 35 min)*.
"""

_RELEASE = """\
@user
Draft the release note for 4.2, please. Changes: faster start, new export, and we removed the old login.
@assistant
# 4.2

**Starts in half the time.** The list of projects is read when it is looked at, no longer before.

**Export to CSV.** *File → Export*; dates are written as the reader's locale wants them.

**The old login is gone.** Who still used it is asked for a new password once. Nothing else is lost.
@user
Marketing wants "blazingly".
@assistant
Then they should have a figure instead: 1.9 s → 0.9 s on the slowest laptop we have.
@user
:) keep the figure
@assistant
Done: *"Starts in 0.9 s instead of 1.9 s on the slowest laptop we have."*
"""

_BALCONY = """\
@system
You look after a balcony with a water pump, two sensors and a lamp. Never water at noon.
@user
Status?
@tool
{"soil":{"left":31,"right":44},"tank_litres":6.5,"outside_c":17.2,"pump":"idle"}
@assistant
Left box **31 %**, right box 44 %, tank 6.5 l, 17 °C. The tomatoes on the left want water this evening.
@user
Do it at seven. And is the basil a lost cause?
@tool
{"scheduled":{"valve":"left","at":"19:00","seconds":40}}
@assistant
Scheduled: left box, 19:00, forty seconds. The basil is not lost. Cut it above the second pair of leaves; it comes
back from there. What you cut belongs on the tomatoes anyway.
"""

_LEASE = """\
@user
What is the difference between a mutex and a lease? Two sentences.
@assistant
A mutex is held until it is given back. A lease is held until it is given back *or its time is up*, so a holder that
died can't block everybody else for ever, and a holder that is merely slow must ask whether it still has it.
"""

TALKS: Final[tuple[Talk, ...]] = (
    talk("telegram_autumn-trip", _TRAIN, minutes=8),
    talk("discord_code-review", _REVIEW, minutes=51),
    talk("whatsapp_plum-cake", _RECIPES, hours=5),
    talk("slack_release-notes", _RELEASE, hours=9),
    talk("gateway_balcony", _BALCONY, hours=26),
    talk("slack_one-question", _LEASE, days=4),
)
