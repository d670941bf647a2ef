"""What is known of each kind of fault, whatever a line looks like: one table, from which everything said of an id is taken.

What is wrong with a line is a sentence of the module that finds it; the rest of ``Fault.reason`` is put behind it here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sessiontui.model import Fault


class FaultKind(NamedTuple):
    """A kind of fault. Texts are for people; empty where there is nothing to say, or it is said with what is wrong."""

    cause: str = ""
    """How such a line comes about."""
    meaning: str = ""
    """Why its recovery is exact, or is not."""
    then: str = "drops the line"
    """What ZeroClaw does with it."""
    many: str = ""
    """What is wrong with several such lines together."""
    nothing: str = ""
    """Why nothing is proposed."""
    always: bool = False
    """``meaning`` holds too where nothing can be recovered, as it does where ``nothing`` is said."""
    together: bool = False
    """Neighbours are one fault."""
    of_file: bool = False
    """All of a file may be so, and its beginning shows it."""
    removed: bool = False
    """Text without a record in it: repair takes it out of the file, unless its fault stays or no message would remain."""

    @property
    def rest(self) -> str:
        """What is said behind what is wrong: how it comes about, and what ZeroClaw does with it."""
        return f": {self.cause}; ZeroClaw {self.then}" if self.cause else ""


# fmt: off
KINDS: Final = {
    "glued": FaultKind("a program died between record and newline, or two wrote at once",
        "Each record is whole, from its first brace to its last. Only the newline between them is missing, and that is"
        " put back.",
        then="drops all of them"),
    "fused": FaultKind("a program died or the disk was full while it wrote, and a later record went on there",
        "The later record is whole and begins where the torn one breaks off, so not a byte of it is in doubt. What is"
        " left of the torn one is kept apart.",
        then="drops the whole line"),
    "torn": FaultKind("a program died, or the disk was full, while it wrote",
        "What was not written is nowhere. Of a text that broke off, all that stands can be made a message; that it"
        " ended there is a guess.", always=True),
    "incomplete": FaultKind("it may still be being written",
        "Who writes it may not have finished. When it has been still for some seconds, it is told to be whole or torn.",
        then="drops the line as it stands", always=True),
    "nul-run": FaultKind("the power failed before the disk had the bytes, or a file was cut under its writer",
        "NULs are never part of a record. Around one they can go without a loss; inside one they stand where text was,"
        " and that text is nowhere.",
        nothing="What stood where the NULs are is not known. The line stays as it is."),
    "invalid-utf8": FaultKind("a text was cut inside a character, or came in another encoding",
        "Where a character stands as two halves (CESU-8), the one that was meant is certain. Where bytes are letters"
        " of another encoding, that is likely and no more. Other bytes tell nothing of what they were.", always=True),
    "bom": FaultKind("an editor or a shell on Windows put it there",
        "The mark is no text: it says which encoding follows. Without it the same bytes are a record."),
    "utf16": FaultKind("a shell or an editor on Windows wrote them",
        "Each character of UTF-16 is one character of UTF-8: nothing is lost on the way. Where the order of the bytes"
        " is not marked, it is told by the text, and a person has to agree.",
        then="drops every such line", together=True, of_file=True),
    "raw-control": FaultKind("the JSON was put together by hand or by a script",
        "JSON has an escape for each control character. Written so, it is the same text."),
    "split-record": FaultKind("the JSON was put together by hand or by a script",
        "Joined by the newlines that part them, the lines are one record; escaped, the newlines stay in its text. No"
        " line that ZeroClaw reads is taken into it.",
        then="drops every one of its lines"),
    "folded": FaultKind("a pager, a mail program or a copy from a terminal broke the record at a width or at words",
        "Joined, the lines are one record. Whether a break took the place of nothing, of a blank or of a newline does"
        " not show, unless one cuts a key, a role, an escape sequence or a character.",
        then="drops every one of its lines"),
    "pretty-printed": FaultKind("an editor or a tool formatted the file",
        "Only spaces between the tokens go. Every text, number and escape stays as it is spelled.",
        then="drops every such line",
        many="records are laid out over several lines", together=True),
    "array": FaultKind("the messages were exported as one JSON list",
        "Each record of the list is whole. Only the brackets and commas around them go.",
        then="drops each line that is not one record alone",
        many="the lines are those of one list", together=True),
    "lone-surrogate": FaultKind("a text was cut in the middle of a character",
        "Half a character can't be read as anything. A replacement character (�) can stand for it, which is not what"
        " was written."),
    "trailing-comma": FaultKind("it was edited by hand",
        "A comma before a closing bracket says nothing. Without it the line is a record."),
    "python-repr": FaultKind("a script printed it where it should have dumped JSON",
        "Read as Python it is one certain value; whether its writer meant just that, a person has to say."),
    "stale-tail": FaultKind("a file was written anew and shorter without being cut, or two programs wrote into it",
        "It is the end of an older record whose beginning was written over. Nobody knows to which message it belongs,"
        " so it is kept apart.", always=True, removed=True),
    "non-finite": FaultKind("a program in Python wrote what JSON has no number for",
        "JSON has no such number. null can stand for it, which is not what was written; role and text are untouched."),
    "wrong-shape": FaultKind("another version or another program wrote it",
        "What is read out of the other shape may be what was meant. Where something else stands there than text, all"
        " of it can't be had as text.", always=True),
    "foreign": FaultKind("another program writes to this file",
        "It is not a message and never was one. It does no harm where it stands.",
        then="drops such lines",
        nothing="The line says something to the program that wrote it. It stays where it is; compact would remove it."),
    "duplicate-key": FaultKind("it was merged or put together by hand",
        "Other readers take the last of the two values. Which one was meant, a person has to say."),
    "merge-marker": FaultKind("two versions of the file were merged and the conflict was left",
        "The lines of both sides are messages by themselves and stay in their order. Only the marker goes.",
        then="drops the marker, not the sides"),
    "log-text": FaultKind("the output of a program was sent into this file",
        "It is what a program printed, no message. It is kept apart; a record behind it on the line is whole.",
        always=True, removed=True),
    "not-jsonl": FaultKind("something else was saved under this name",
        "There are no lines to look at. Whatever program made the file may read it.",
        then="drops every line",
        nothing="The file holds no lines of JSON. Nothing here touches it.", together=True, of_file=True),
    "deep-nesting": FaultKind("a program went astray, or it was made to do harm",
        "No record can be told in it.", always=True),
    "interleaved": FaultKind("two programs wrote at once in small pieces",
        "One record stands whole in the middle of the other, whose two ends fit only each other. Where more than one"
        " end fits, a person has to choose.",
        then="drops both records"),
    "literal": FaultKind("a program printed or logged the record in its own quotes",
        "Read by the rules of that language, the quotes hold exactly this. Whether they were its quotes, a person has"
        " to say; where languages disagree, each reading has a number."),
    "escaped": FaultKind("a program escaped what was escaped already",
        "With one backslash less everywhere it is a record. That it was escaped twice, a person has to say."),
    "wrapped": FaultKind("a tool that collects logs, or a queue, wrote it into a record of its own",
        "What the tool carries is a record. That it belongs into this session, a person has to say; what else the tool"
        " noted is a fragment."),
    "coloured": FaultKind("the output of a tool that paints was saved with its colours",
        "Without the colour codes it is a record. That none of them was in the text, a person has to say."),
    "bare-backslash": FaultKind("the JSON was put together by hand or by a script",
        "JSON knows no such escape, so the backslash stood for itself. Where another may be an escape, both readings"
        " are numbered, and neither is more than a guess."),
    "typographic": FaultKind("a word processor, a chat program or an input method changed the signs",
        "With the signs of JSON it is a record. Its text stays as it is; where it has such signs too, they may have"
        " been others."),
    "malformed": FaultKind("it was edited by hand, or bytes of it were changed",
        "It is not certain what stood there, so nothing is made of it.", always=True),
    "no-final-newline": FaultKind(
        meaning="Nothing is missing but one newline, which the next repair or message may add."),
    "not-a-file": FaultKind(
        meaning="There is no file to read. Whatever stands under this name was not made by ZeroClaw.",
        nothing="There is no file, so there are no lines to mend."),
    "unreadable": FaultKind(meaning="The bytes may be well; they can't be looked at. Permissions or the disk say why.",
        nothing="What can't be read can't be mended. When it can be read again, F5 looks again."),
    "dangling": FaultKind(meaning="The link leads nowhere. When what it leads to is back, the session is too.",
        nothing="There is no file at the end of the link."),
    "interrupted-import": FaultKind(
        meaning="All messages are in the staging file. Migrate imports them once, also where some are in the database"
        " already.",
        nothing="Its lines are as they are. Migrate finishes the import."),
    "odd-name": FaultKind(meaning="Its messages can be read here; only by its name ZeroClaw does not find it.",
        nothing="Its lines are as they are. Rename the file to a name that is UTF-8, and ZeroClaw finds it."),
    "history": FaultKind(nothing="Another program keeps its history in this file. Nothing here touches it."),
}
# fmt: on


def kind(id: str) -> FaultKind:
    """The kind of this id; one of which nothing is known, where there is none."""
    return KINDS.get(id, FaultKind())


def sentence(id: str, what: str) -> str:
    """All that is said of a fault: what is wrong, and the rest."""
    return what + kind(id).rest


def what(fault: Fault) -> str:
    """What is wrong, alone."""
    return fault.reason.removesuffix(kind(fault.id).rest)
