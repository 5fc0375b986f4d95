"""Files that the console hands to a browser while they are being read."""

from collections.abc import Iterator

from fastapi.responses import StreamingResponse


class CsvDownload(StreamingResponse):
    """CSV as it is read, to be kept under a name."""

    media_type = "text/csv"

    def __init__(self, name: str, blocks: Iterator[bytes], status_code: int = 200) -> None:
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        super().__init__(blocks, status_code, headers)
