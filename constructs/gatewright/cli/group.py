"""The commands under one name, each loaded when it is asked for, and what becomes of whatever goes wrong in them."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence

import click

from gatewright.cli.commands import COMMANDS, help_text
from gatewright.cli.exits import INTERRUPTED, NOT_JUDGED, WRONG_INPUT
from gatewright.cli.failure import failure
from gatewright.cli.terminal import say
from gatewright.errors import GatewrightError, did_you_mean


class _Lazy(click.Group):
    """A group that knows the names of its commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"gatewright.cli.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise click.UsageError(
                f"there is no command {args[0]!r}{did_you_mean(args[0], COMMANDS)}; there are {', '.join(COMMANDS)}", ctx
            )
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(help_text())


group = _Lazy("gatewright", no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; whatever a user did wrong is said in plain words."""
    try:
        code = group.main(args=list(arguments), prog_name="gatewright", standalone_mode=False)
    except click.ClickException as error:
        _usage(error)
        return WRONG_INPUT
    except (click.Abort, KeyboardInterrupt):
        say("interrupted: the folder of each cluster is the old one or the new one, never half of it")
        return INTERRUPTED
    except GatewrightError as error:
        return failure(error)
    except Exception:  # noqa: BLE001 - whatever else happens is our mistake, and must not look like an answer
        traceback.print_exc(file=sys.stderr)
        say("This is a defect of gatewright, not of your input; please report it with the lines above.", "head")
        return NOT_JUDGED
    return code if isinstance(code, int) else 0


def _usage(error: click.ClickException) -> None:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        say(error.ctx.get_usage() if not isinstance(error, click.exceptions.NoArgsIsHelpError) else error.format_message())
    if not isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.format_message(), "bad")
