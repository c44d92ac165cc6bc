"""Handing a mail to a mail server (SMTP), and what its answers mean for a step.

Until the server has taken the text, nothing was sent. Once the text is on its way, only its answer tells. A mail is
encrypted on its way to the server unless the settings say otherwise; a server that cannot is not given any.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, final

from planshift.adapters.halting import Halt, refusal
from planshift.adapters.trust import trust
from planshift.execution.ports import Unanswered, Unavailable

Security = Literal["starttls", "tls", "none"]
"""How the way to the server is encrypted: after a greeting, from the beginning, or not at all."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A mail server, the user and password that it knows planshift by, and the seconds that each word may take."""

    host: str
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: int = 20
    ca: Path | None = None

    def send(self, mail: bytes, *, sender: str, recipients: Sequence[str]) -> None:
        """Hand a mail over, for as many of the recipients as the server takes.

        Raises:
            Halt: it was not taken, or nobody knows.
        """
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise Halt(Unavailable(why=f"the mail server cannot be reached ({_told(error)})")) from error
        try:
            self._offer(smtp, sender=sender, recipients=recipients)
            _hand_over(smtp, mail)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def greet(self) -> None:
        """Say hello, log in where there is a log-in, and leave.

        Raises:
            Halt: the server is not there, or does not agree.
        """
        try:
            with self._connected() as smtp:
                _expect(smtp.noop())
        except (OSError, smtplib.SMTPException) as error:
            raise Halt(Unavailable(why=f"the mail server cannot be reached ({_told(error)})")) from error

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=trust(self.ca))
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                smtp.starttls(context=trust(self.ca))
                smtp.ehlo()
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _offer(self, smtp: smtplib.SMTP, *, sender: str, recipients: Sequence[str]) -> None:
        """Say from whom and for whom a mail is; at least one has to be taken."""
        wide = not all(each.isascii() for each in (sender, *recipients))
        if wide and not smtp.has_extn("smtputf8"):
            raise refusal("the mail server takes no addresses with such letters")
        try:
            _expect(smtp.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if wide else []))
            codes = [smtp.rcpt(recipient)[0] for recipient in recipients]
        except (OSError, smtplib.SMTPException) as error:
            raise Halt(Unavailable(why=f"the mail server broke off ({_told(error)})")) from error
        if not any(200 <= code < 300 for code in codes):
            _expect((codes[0], b""))


def _hand_over(smtp: smtplib.SMTP, mail: bytes) -> None:
    try:
        answer = smtp.data(mail)
    except smtplib.SMTPDataError as error:  # it was asked, and did not want to hear the text
        answer = (error.smtp_code, b"")
    except (OSError, smtplib.SMTPException) as error:
        raise Halt(Unanswered(why=f"the mail server did not say that it took the mail ({_told(error)})")) from error
    _expect(answer)


def _expect(answer: tuple[int, bytes]) -> None:
    """Hold that the server agrees. Its words are not told: they repeat the address."""
    code = answer[0]
    if 200 <= code < 300:
        return
    if 400 <= code < 500:
        raise Halt(Unavailable(why=f"the mail server does not take the mail now ({code})"))
    if 500 <= code < 600:
        raise refusal(f"the mail server does not take the mail ({code})")
    raise Halt(Unanswered(why="what the mail server says is no answer"))


def _told(error: OSError | smtplib.SMTPException) -> str:
    """What may be told of a fault: its kind, and the code of an answer."""
    code = f" {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""
    return f"{type(error).__name__}{code}"
