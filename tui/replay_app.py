"""The app that opens with a run's record, and plays it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from tui import exit_codes
from tui.app import DualtrainApp
from tui.messages import OpenFailed, ReadFailed, ReplayMoved
from tui.replay_feed import ReplayFeed
from tui.screens.replay import ReplayScreen
from tui.screens.replay_messages import ReplayAsked

if TYPE_CHECKING:
    from training.launch import Launched
    from training.record.run_folder import RunFolder
    from tui.replay_request import ReplayRequest


class ReplayApp(DualtrainApp):
    """Shows a replay, its report, and from there on what the app shows of any run."""

    def __init__(self, request: ReplayRequest) -> None:
        super().__init__(folder=request.folder)
        self._request = request
        self._is_replay = True
        """Until a run is launched from here."""

    def _follow(self, folder: RunFolder, launched: Launched | None) -> None:
        if launched is not None:
            self._is_replay = False
            super()._follow(folder, launched)
            return
        from training.analysis.replay import Replay
        from training.launch import preset_reference
        from training.plan import PlanError

        try:
            replay = Replay(folder)
        except PlanError as error:
            self.post_message(OpenFailed(str(error)))
            return
        replay.seek(self._request.from_s)
        self._state = state = replay.state()
        self._picks = {lane: preset_reference(planned) for lane, planned in replay.plan.lanes.items()}
        self._feed = feed = ReplayFeed(
            replay,
            lambda state, place: self.post_message(ReplayMoved(state, place)),
            failed=lambda why: self.post_message(ReadFailed(why)),
            speed=self._request.speed,
        )
        self._live = ReplayScreen(state, feed.place)
        self.push_screen(self._live)
        feed.start()

    @on(ReplayMoved)
    def _replay_moved(self, message: ReplayMoved) -> None:
        if isinstance(self._live, ReplayScreen):
            self._state = message.state
            self._live.show_at(message.state, message.place)

    @on(ReplayAsked)
    def _replay_asked(self, message: ReplayAsked) -> None:
        if isinstance(self._feed, ReplayFeed):
            message.tell(self._feed)

    def _leave(self, return_code: int | None = None) -> None:
        """What was recorded is over, whatever became of it: to have looked at it is no failure."""
        if self._is_replay:
            self.exit(return_code=return_code or exit_codes.OK)
        else:
            super()._leave(return_code)
