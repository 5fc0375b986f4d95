"""The certificate with which a listener of ours speaks TLS, read again when its files have changed.

Certificates are renewed every few weeks while Hearth runs. Invariant: files that cannot be used, or do not fit each other (half
renewed), cost nothing: the certificate before them stays in use, and the log says so once.
"""

import ssl
from pathlib import Path

import structlog

from hearth.core.problems import invalid

log = structlog.get_logger()


class ServerCertificate:
    """Certificate chain and private key, PEM. `context` is handed to the listener once; later handshakes see what is new."""

    def __init__(self, certificate: str, key: str) -> None:
        """Raises Problem("invalid") where the files cannot be used."""
        self._certificate, self._key = Path(certificate), Path(key)
        try:
            self._seen = self._stamp()
            self._present = self.context = self._load()
        except OSError as error:  # ssl.SSLError among them
            message = f"The certificate {certificate} with the key {key} cannot be used: {error}"
            raise invalid("/mqtt_certificate", message) from error
        self.context.sni_callback = self._choose

    def _load(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._certificate, self._key)
        return context

    def _stamp(self) -> tuple[int, int] | None:
        """When the files were changed; None where one cannot be had, which is remembered as any other change."""
        try:
            return self._certificate.stat().st_mtime_ns, self._key.stat().st_mtime_ns
        except OSError:
            return None

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        stamp = self._stamp()
        if stamp != self._seen:
            self._seen = stamp
            try:
                self._present = self._load()
                log.info("the certificate was read anew", certificate=str(self._certificate))
            except OSError as error:
                log.warning("a new certificate cannot be used; the one before stays", error=str(error))
        connection.context = self._present
