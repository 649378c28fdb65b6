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
    from tui.look import Look
    from tui.opened_run import OpenedRun
    from tui.replay_request import ReplayRequest
    from tui.viewing import Viewing


class ReplayApp(DualtrainApp):
    """Shows a replay, its report, and from there on what the app shows of any run."""

    def __init__(
        self, request: ReplayRequest, *, look: Look | None = None, how: Viewing | None = None
    ) -> None:
        super().__init__(folder=request.folder, look=look, how=how)
        self._request = request
        self._is_opened = False
        """Whether the record is open, or was: any other run is opened as it is."""

    def open_run(self, folder: RunFolder, launched: Launched | None) -> None:
        """Play the record that was asked for, and then show whatever run is opened from there."""
        if self._is_opened or launched is not None:
            super().open_run(folder, launched)
            return
        from training.plan import PlanError

        self._is_opened = True
        try:
            self.show_opened(self._opened_replay(folder))
        except PlanError as error:
            self.post_message(OpenFailed(str(error)))

    def leave(self, return_code: int | None = None) -> None:
        """What was recorded is over, whatever became of it: to have looked at it is no failure."""
        if self._replay is not None:
            self.exit(return_code=return_code or exit_codes.OK)
        else:
            super().leave(return_code)

    @property
    def _replay(self) -> OpenedRun | None:
        run = self.run_shown
        return run if run is not None and isinstance(run.live, ReplayScreen) else None

    def _opened_replay(self, folder: RunFolder) -> OpenedRun:
        from training.analysis.replay import Replay
        from tui.opened_run import OpenedRun

        replay = Replay(folder)
        replay.seek(self._request.from_s)
        feed = ReplayFeed(
            replay,
            lambda state, place: self.post_message(ReplayMoved(state, place)),
            failed=lambda why: self.post_message(ReadFailed(why)),
            speed=self._request.speed,
        )
        state = replay.state()
        return OpenedRun(replay.plan, state, ReplayScreen(state, feed.place), feed, report_shown=True)

    @on(ReplayMoved)
    def _replay_moved(self, message: ReplayMoved) -> None:
        run = self._replay
        if run is not None and isinstance(run.live, ReplayScreen):
            run.state = message.state
            run.live.show_at(message.state, message.place)

    @on(ReplayAsked)
    def _replay_asked(self, message: ReplayAsked) -> None:
        run = self._replay
        if run is not None and isinstance(run.feed, ReplayFeed):
            message.tell(run.feed)
