"""What a child may say: exactly this, and nothing else gets through."""

from __future__ import annotations

import json
import math
import socket
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_core.runner.messages import (
    PACKET_LIMIT_BYTES,
    OutOfStepError,
    decode,
    decode_order,
    encode,
    encode_order,
)
from queue_core.runner.protocol import Entity, Failed, Finished, Progress, Ready, Run, Warned
from queue_core.runner.supervision.packets import PacketSocket

FAILED = {
    "type": "E", "message": "m", "hint": "", "traceback": "", "causes": [], "frames": [],
    "is_transient": False, "reusable": False,
}  # fmt: skip


def packet(kind: object, fields: object, order_id: object = "o", pid: object = 1) -> bytes:
    return json.dumps([kind, order_id, pid, fields]).encode()


class TestMessages:
    @pytest.mark.parametrize(
        "message",
        [
            Ready(), Progress(0.5, "half"), Progress(None, ""), Warned("look"), Entity("run", 3),
            Finished(None, reusable=False), Finished('{"a": NaN}', reusable=True, modules={"f": 1}),
            Failed("E", "m", "h", "t", [{"type": "E"}], [{"line": 1, "locals": {"a": "1"}}]),
        ],
    )  # fmt: skip
    def test_a_message_comes_back_as_it_was(self, message: Any) -> None:
        envelope = decode(encode(message, order_id="o", pid=7))
        assert (envelope.message, envelope.order_id, envelope.pid) == (message, "o", 7)

    def test_an_order_carries_its_job(self) -> None:
        run = Run("j", 1, "/f", None, ["/p"], {"rate": math.inf})
        envelope, payload = decode_order(encode_order(run, b"a\nb", order_id="o", pid=1))
        assert (envelope.message, payload) == (run, b"a\nb")

    @pytest.mark.parametrize(
        "data",
        [
            b"", b"garbage", b"\xff\xfe", b"[]", b"null", b"[" * 100_000, b'{"Ready": 1}',
            packet("Nothing", {}), packet(["Ready"], {}), packet("Ready", {"pid": 1}),
            packet("Ready", []), packet("Ready", {}, order_id=5), packet("Ready", {}, pid="1"),
            packet("Ready", {}, pid=True), packet("Ready", {}, pid=-1),
            packet("Progress", {"fraction": "x", "message": "a"}),
            packet("Progress", {"fraction": True, "message": "a"}),
            packet("Progress", {"fraction": 1.5, "message": "a"}),
            packet("Progress", {"fraction": 10**400, "message": "a"}),
            packet("Progress", {"fraction": math.nan, "message": "a"}),
            packet("Progress", {"fraction": 0.5, "message": 5}),
            packet("Progress", {"fraction": 0.5}), packet("Warned", {"text": None}),
            packet("Entity", {"kind": "run", "entity_id": 1.5}),
            packet("Entity", {"kind": "run", "entity_id": 1 << 70}),
            packet("Finished", {"result": {"a": 1}, "reusable": True, "modules": {}}),
            packet("Finished", {"result": "no json", "reusable": True, "modules": {}}),
            packet("Finished", {"result": None, "reusable": 1, "modules": {}}),
            packet("Finished", {"result": None, "reusable": True, "modules": {"f": "x"}}),
            packet("Failed", FAILED | {"hint": ["a"]}), packet("Failed", FAILED | {"causes": [1]}),
            packet("Failed", FAILED | {"frames": {}}), packet("Failed", FAILED | {"more": 1}),
        ],
    )  # fmt: skip
    def test_anything_else_is_out_of_step(self, data: bytes) -> None:
        with pytest.raises(OutOfStepError):
            decode(data)

    @given(st.binary(max_size=200))
    def test_no_bytes_do_more_than_that(self, data: bytes) -> None:
        with pytest.raises(OutOfStepError):
            decode(data)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
        st.sampled_from(["Ready", "Progress", "Warned", "Entity", "Finished", "Failed", "Ended"]),
    )
    def test_no_fields_do_more_than_that(self, fields: object, kind: str) -> None:
        try:
            decode(packet(kind, fields))
        except OutOfStepError:
            return
        assert kind == "Ready"
        assert fields == {}

    def test_text_that_is_no_unicode_can_be_stored(self) -> None:
        message = decode(encode(Warned("x \udcff"), order_id="o", pid=1)).message
        assert message == Warned("x \\udcff")


class TestPackets:
    @pytest.fixture
    def pair(self) -> Any:
        ours, theirs = socket.socketpair()
        with ours, theirs:
            yield PacketSocket(ours), theirs

    def test_a_packet_may_come_in_pieces(self, pair: Any) -> None:
        ours, theirs = pair
        for piece in (b"\0\0", b"\0\x03a", b"b"):
            theirs.send(piece)
            ours.receive()
            assert list(ours.packets()) == []
        theirs.send(b"c\0\0\0\x01d")
        ours.receive()
        assert list(ours.packets()) == [b"abc", b"d"]
        assert not ours.has_more

    @pytest.mark.parametrize("length", [-1, -5, PACKET_LIMIT_BYTES + 1, 0x7FFFFFFF])
    def test_a_length_that_cannot_be_is_out_of_step(self, pair: Any, length: int) -> None:
        ours, theirs = pair
        theirs.send(struct.pack("!i", length))
        ours.receive()
        with pytest.raises(OutOfStepError):
            list(ours.packets())

    def test_the_end_of_the_other_end_is_noticed(self, pair: Any) -> None:
        ours, theirs = pair
        theirs.close()
        with pytest.raises(EOFError):
            ours.receive()
        with pytest.raises(EOFError):
            ours.send(b"x", end_of_process=None, deadline_s=None)
