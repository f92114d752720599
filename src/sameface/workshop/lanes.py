"""Workers for plain code: a lane for what libvips reads, and one of its own for HEIC."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Self

from sameface.errors import Damaged, PictureRefused
from sameface.pictures import Fitness, Frame, Header, Limits, Remark, Unfit, Verdict, Want
from sameface.pictures.decoding import LIMITS, WHITE, media_type
from sameface.values import Fingerprint, Rendition
from sameface.workshop.processes import Allowance, Died, Worker


class Workers:
    """Processes that work on pictures, for any number of threads. Use it with `with`.

    Every method answers and raises like the function of its name in `sameface.pictures`; a picture
    that kills its worker is refused too, as TooLarge (time or memory) or Damaged. WorkshopFailed is
    no picture's fault: no process can be started.
    """

    def __init__(self, count: int = 2, allowance: Allowance | None = None) -> None:
        """`count` processes for most formats, and one for HEIC; each starts when first needed."""
        self.allowance = allowance or Allowance()
        self._common, self._heic = _Lane(count, self.allowance), _Lane(1, self.allowance)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes; a job still running is refused."""
        self._common.close()
        self._heic.close()

    @property
    def deaths(self) -> int:
        """How many workers a picture has killed so far."""
        return self._common.deaths + self._heic.deaths

    @property
    def busy(self) -> tuple[int, ...]:
        """The ids of the processes that have a picture in hand."""
        return self._common.busy + self._heic.busy

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The ids of all processes there are."""
        return self._common.process_ids + self._heic.process_ids

    @property
    def peak_bytes(self) -> int:
        """The most memory that any worker has held so far."""
        return max(self._common.peak_bytes, self._heic.peak_bytes)

    def inspect(self, data: bytes, limits: Limits = LIMITS) -> Header:
        """What the file says of itself."""
        value, _ = self._do("inspect", data, limits)
        return Header(**value)

    def judge(self, data: bytes, limits: Limits = LIMITS) -> Verdict:
        """Whether it is fit, and why; raises nothing."""
        try:
            value, _ = self._do("judge", data, limits)
        except PictureRefused as refused:
            return Verdict(Fitness.REFUSED, None, (Remark(refused.code, refused.sentence()),))
        header = None if value["header"] is None else Header(**value["header"])
        remarks = tuple(Remark(code, text) for code, text in value["remarks"])
        return Verdict(Fitness(value["fitness"]), header, remarks)

    def unfit(self, data: bytes, limits: Limits = LIMITS) -> Unfit | None:
        """What it is instead of a photo of one person, or None."""
        value, _ = self._do("unfit", data, limits)
        return None if value is None else Unfit(**value)

    def measure(self, data: bytes, limits: Limits = LIMITS) -> tuple[Header, Fingerprint]:
        """What the file says of itself, and what its picture looks like."""
        value, blobs = self._do("measure", data, limits)
        return Header(**value), Fingerprint(blobs[0])

    def examine(
        self, data: bytes, limits: Limits = LIMITS
    ) -> tuple[Header, Fingerprint, Unfit | None]:
        """`measure` and `unfit` in one."""
        value, blobs = self._do("examine", data, limits)
        found = None if value["unfit"] is None else Unfit(**value["unfit"])
        return Header(**value["header"]), Fingerprint(blobs[0]), found

    def fingerprint(self, data: bytes, limits: Limits = LIMITS) -> Fingerprint:
        """What its picture looks like."""
        _, blobs = self._do("fingerprint", data, limits)
        return Fingerprint(blobs[0])

    def render(
        self,
        data: bytes,
        want: Want,
        limits: Limits = LIMITS,
        backdrop: tuple[int, int, int] = WHITE,
    ) -> Rendition:
        """One square."""
        return self.ladder(data, (want,), limits, backdrop)[0]

    def ladder(
        self,
        data: bytes,
        wants: Sequence[Want],
        limits: Limits = LIMITS,
        backdrop: tuple[int, int, int] = WHITE,
    ) -> tuple[Rendition, ...]:
        """A square for each want."""
        told = [asdict(want) for want in wants]
        value, blobs = self._do("ladder", data, limits, wants=told, backdrop=backdrop)
        shapes = zip(value, blobs, strict=True)
        return tuple(Rendition(blob, *shape) for shape, blob in shapes)

    def upright(self, data: bytes, px: int, limits: Limits = LIMITS) -> tuple[Rendition, Frame]:
        """The whole picture, and where the face's square is."""
        value, (made,) = self._do("upright", data, limits, px=px)
        width, height = value["shape"]
        return Rendition(made, width, height, "image/jpeg"), Frame(**value["frame"])

    def cropped(self, data: bytes, frame: Frame, px: int, limits: Limits = LIMITS) -> Rendition:
        """The square of that frame."""
        (width, height), (made,) = self._do("cropped", data, limits, frame=asdict(frame), px=px)
        return Rendition(made, width, height, "image/jpeg")

    def lane(self, data: bytes) -> str:
        """Which processes a file goes to: `heic`, or `common` for all else."""
        return "heic" if media_type(data) == "image/heic" else "common"

    def _do(self, verb: str, data: bytes, limits: Limits, **more: Any) -> tuple[Any, list[bytes]]:
        lane = self._heic if self.lane(data) == "heic" else self._common
        return lane.do({"do": verb, "limits": asdict(limits), **more}, data)


class _Lane:
    """Some workers that do the same kind of work; whoever comes waits for an idle one."""

    def __init__(self, count: int, allowance: Allowance) -> None:
        self.deaths = self.peak_bytes = 0
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        self._all = [Worker(allowance) for _ in range(max(1, count))]
        for worker in self._all:
            self._idle.put(worker)

    def do(self, told: dict[str, Any], data: bytes) -> tuple[Any, list[bytes]]:
        worker = self._idle.get()
        try:
            answer, blobs = worker.do(told, data)
        except Died as died:
            self.deaths += 1
            raise died.refusal from None
        finally:
            self._idle.put(worker)
        self.peak_bytes = max(self.peak_bytes, answer["peak_bytes"])
        if "refused" in answer:
            raise _refusal(answer)
        return answer["value"], blobs

    @property
    def busy(self) -> tuple[int, ...]:
        return tuple(one.process_id for one in self._all if one.is_busy and one.process_id)

    @property
    def process_ids(self) -> tuple[int, ...]:
        return tuple(one.process_id for one in self._all if one.process_id)

    def close(self) -> None:
        for worker in self._all:
            worker.end()


def _refusal(answer: dict[str, Any]) -> PictureRefused:
    """The error that the worker named, if it is one of ours."""
    kinds = {kind.__name__: kind for kind in PictureRefused.__subclasses__()}
    return kinds.get(str(answer["refused"]), Damaged)(str(answer["why"]))
