"""Command lines that cannot be read, told in our own words: what is wrong, what was near to it, how it is written.

What Typer raises becomes one `Misuse` in Chinese and English. Nothing is printed here, and no command is run.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import get_close_matches
from enum import Enum
from typing import Any, Final, get_args, get_type_hints

import typer

from contracts.errors import UsageError

# Typer's own class of all that is wrong with a command line; it has no public name in every version.
Unreadable: Final[type[Exception]] = typer.BadParameter.__mro__[2]
_TOO_MANY = re.compile(r"unexpected extra argument(?:\(?s\)?)? \((.+)\)", re.DOTALL)


class Misuse(UsageError):
    """A command line that cannot be read. usage: how the command is written, one line for both languages."""

    def __init__(self, zh: str, en: str, usage: str = "") -> None:
        super().__init__(zh, en)
        self.usage = usage


def no_such_command(context: Any, word: str, known: Iterable[str]) -> Misuse:
    """`jixiao chek`: the commands that are written alike, or all there are."""
    zh, en = _near(word, list(known))
    return Misuse(f"没有命令“{word}”{zh}", f"there is no command “{word}”{en}", usage_line(context))


def misuse(error: Any, root: Any, arguments: Sequence[str]) -> Misuse:
    """What Typer raised while it read `arguments`, in our words. root: the command line's outermost command."""
    context = getattr(error, "ctx", None) or _context(root, arguments)
    zh, en = _told(error, context, arguments)
    return Misuse(zh, en, usage_line(context))


def usage_line(context: Any) -> str:
    """How the command is written: 用法：jixiao check [OPTIONS] FILE, and where more is to be read."""
    pieces = (piece.strip("{}") for piece in context.command.collect_usage_pieces(context))
    path = context.command_path
    return f"用法：{' '.join((path, *pieces))}（usage；详见 more: {path} --help）"


def _told(error: Any, context: Any, arguments: Sequence[str]) -> tuple[str, str]:
    name = type(error).__name__
    if name == "NoSuchOption":
        return _no_such_option(error.option_name, context)
    if name == "MissingParameter" and error.param is not None:
        return _missing(error.param)
    if name == "BadOptionUsage":
        return _without_value(error.option_name, context)
    if name == "BadParameter" and error.param is not None:
        return _bad_value(error, context, arguments)
    extra = _TOO_MANY.search(error.message)
    if extra:
        return f"多出参数：{extra[1]}", f"there are arguments too many: {extra[1]}"
    said = error.format_message()
    return f"命令行无法识别：{said}", f"the command line cannot be read: {said}"


def _no_such_option(option: str, context: Any) -> tuple[str, str]:
    known = [max(param.opts, key=len) for param in _options(context)]
    zh, en = _near(option, known)
    return f"没有选项“{option}”{zh}", f"there is no option “{option}”{en}"


def _missing(param: Any) -> tuple[str, str]:
    zh, en = _help(param)
    if param.param_type_name == "argument":
        name = _metavar(param)
        return f"缺少参数 {name}（{zh}）", f"the argument {name} is missing ({en})"
    name = " ".join(filter(None, (param.opts[0], _metavar(param))))
    return f"缺少选项 {name}（{zh}）", f"the option {name} is missing ({en})"


def _without_value(option: str, context: Any) -> tuple[str, str]:
    param = next((p for p in _options(context) if option in p.opts), None)
    if param is not None and param.is_flag:
        return f"选项 {option} 不带值", f"the option {option} takes no value"
    named = (param and _metavar(param)) or "VALUE"
    return f"选项 {option} 之后缺少值，应写作 {option} {named}", f"{option} has no value; write {option} {named}"


def _bad_value(error: Any, context: Any, arguments: Sequence[str]) -> tuple[str, str]:
    param = error.param
    name = param.opts[0] if param.param_type_name == "option" else _metavar(param)
    value = _value_of(param, arguments)
    zh, en = f"{name} 的值无法识别", f"the value of {name} cannot be read"
    if value:
        zh, en = f"“{value}”不能用作 {name} 的值", f"“{value}” is no value of {name}"
    wanted = _wanted(param, context)
    if wanted is None:
        return f"{zh}：{error.message}", f"{en}: {error.message}"
    return f"{zh}；应为{wanted[0]}", f"{en}; it has to be {wanted[1]}"


def _wanted(param: Any, context: Any) -> tuple[str, str] | None:
    """What a parameter takes, as its command declares it: some words, whole numbers or days."""
    declared = get_type_hints(inspect.unwrap(context.command.callback)).get(param.name)
    kind = next((one for one in get_args(declared) if one is not type(None)), declared)
    if isinstance(kind, type) and issubclass(kind, Enum):
        words = [str(one.value) for one in kind]
        return f" {'、'.join(words)} 之一", f"one of {', '.join(words)}"
    days = ("日期，如 2020-12-31", "a day, such as 2020-12-31")
    return {int: ("整数", "a whole number"), datetime: days}.get(kind) if isinstance(kind, type) else None


def _value_of(param: Any, arguments: Sequence[str]) -> str | None:
    """What was written behind an option, the last time it stands there; None for an argument."""
    found = None
    for at, word in enumerate(arguments):
        option, equals, value = word.partition("=")
        if option in param.opts and equals:
            found = value
        elif word in param.opts and at + 1 < len(arguments):
            found = arguments[at + 1]
    return found


def _options(context: Any) -> list[Any]:
    return [p for p in context.command.get_params(context) if p.param_type_name == "option"]


def _metavar(param: Any) -> str:
    return str(param.metavar or (param.name or "").upper())


def _help(param: Any) -> tuple[str, str]:
    """The parameter's help, in Chinese and in English."""
    zh, _, en = (param.help or "").partition(" / ")
    return zh, en or zh


def _near(word: str, known: Sequence[str]) -> tuple[str, str]:
    """Those written most like the word; where none is, all there are."""
    plain = {one.lstrip("-"): one for one in known}
    near = [plain[one] for one in get_close_matches(word.lstrip("-"), plain)]
    if near:
        return f"；相近的有：{'、'.join(near)}", f"; near to it: {', '.join(near)}"
    return f"；有：{'、'.join(known)}", f"; there are: {', '.join(known)}"


def _context(root: Any, arguments: Sequence[str]) -> Any:
    """The command that `arguments` name, where Typer does not say which it was reading."""
    context = typer.Context(root, info_name="jixiao")
    for word in arguments:
        command = getattr(context.command, "commands", {}).get(word)
        if command is not None:
            context = typer.Context(command, info_name=word, parent=context)
    return context
