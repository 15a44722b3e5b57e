"""Several teachers at once: one decides, the others are told."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from community.db import session
from community.groups.models import GroupKind, Role
from community.moderation.models import Case, CaseState, LogAct, LogEntry, Verdict
from community.moderation.queries import verify_log
from community.notifications.models import Notice, NoticeKind
from community.threads.models import Post, PostStatus
from tests.factories import inside, join, make_group, make_member, make_thread
from tests.moderation import scenes
from tests.moderation.scenes import Browsers
from tests.people import People

TEACHERS, POSTS = 10, 12
BECOMES = {Verdict.LET_THROUGH: PostStatus.VISIBLE, Verdict.RETURN: PostStatus.RETURNED}


def test_ten_teachers_on_the_same_held_posts_decide_each_of_them_once(
    engine: str, people: People, browser: Browsers
) -> None:
    thread, writer = make_thread(people.group, people.ines), browser(people.ines)
    scenes.hold_everything(people.group)
    for number in range(POSTS):
        scenes.write(writer, thread, f"Waiting, number {number}.")
    teachers = [make_member(f"Teacher {number}") for number in range(TEACHERS)]
    for teacher in teachers:
        join(teacher, people.group, role=Role.TEACHER)
    with inside():
        cases = list(session().scalars(sa.select(Case)))
    assert len(cases) == POSTS
    together = threading.Barrier(TEACHERS, timeout=60)

    def clear_the_desk(number: int) -> list[tuple[int, int]]:
        at_desk = browser(teachers[number])
        verdict = (Verdict.LET_THROUGH, Verdict.RETURN)[number % 2]
        answers = []
        for case in cases if number < TEACHERS // 2 else reversed(cases):  # from both ends
            together.wait()
            answers.append((case.id, scenes.decide(at_desk, case, verdict, "Said kindly.")))
        return answers

    with ThreadPoolExecutor(TEACHERS) as pool:
        answers = [answer for each in pool.map(clear_the_desk, range(TEACHERS)) for answer in each]
    assert Counter(answers) == {
        **{(case.id, 303): 1 for case in cases},
        **{(case.id, 409): TEACHERS - 1 for case in cases},
    }, engine
    assert_each_was_decided_once(people)


def assert_each_was_decided_once(people: People) -> None:
    with inside():
        for case in session().scalars(sa.select(Case)):
            assert case.state is CaseState.DECIDED
            assert case.version == 2
            assert case.verdict is not None
            assert session().get_one(Post, case.subject_id).status is BECOMES[case.verdict]
        assert session().scalar(sa.select(sa.func.count()).select_from(LogEntry)) == POSTS
        told = sa.select(sa.func.count()).where(Notice.kind == NoticeKind.DECIDED, Notice.member_id == people.ines.id)
        assert session().scalar(told) == POSTS
        placed = session().scalars(sa.select(Post.position).where(Post.status == PostStatus.VISIBLE)).all()
        assert sorted(place or 0 for place in placed) == list(range(1, len(placed) + 1))
        assert verify_log() == []


@pytest.mark.parametrize("rounds", [6])
def test_a_flag_and_a_decision_at_once_lose_nothing(
    rounds: int, engine: str, people: People, browser: Browsers
) -> None:
    """Either the teacher reads the second flag before deciding, or it opens a case of its own."""
    teacher, second = browser(people.maren), browser(people.tomasz)
    for _ in range(rounds):
        post = scenes.visible_post(people.group, people.ines)
        scenes.bring(browser(people.jonah), post)
        case = scenes.open_case()
        with ThreadPoolExecutor(2) as pool:
            deciding = pool.submit(scenes.decide, teacher, case, "leave")
            bringing = pool.submit(scenes.bring, second, post, "flag_client")
            bringing.result()
            assert deciding.result() in {303, 409}, engine
        waiting = scenes.open_case()
        assert (waiting.id == case.id) is (deciding.result() == 409)
        assert scenes.decide(teacher, waiting, "leave") == 303


def test_two_teachers_at_once_hide_a_post_once(engine: str, people: People, browser: Browsers) -> None:
    teachers = [browser(people.maren), browser(people.tomasz)]
    for _ in range(6):
        post = scenes.visible_post(people.group, people.ines)
        with ThreadPoolExecutor(2) as pool:
            hide = [pool.submit(each.post, f"/posts/{post.id}/hidings", words="For now.") for each in teachers]
            assert sorted(each.result().status_code for each in hide) == [303, 409], engine
    assert [entry.act for entry in scenes.log_of(people.group)] == [LogAct.HID] * 6


def test_two_teachers_at_once_end_a_membership_once(engine: str, people: People, browser: Browsers) -> None:
    teachers = [browser(people.maren), browser(people.tomasz)]
    for who in (people.ines, people.jonah):
        path = f"/groups/{people.group.slug}/members/{who.id}/removals"
        with ThreadPoolExecutor(2) as pool:
            remove = [pool.submit(each.post, path, words="We spoke.") for each in teachers]
            assert sorted(each.result().status_code for each in remove) in ([303, 403], [303, 404]), engine
    assert [entry.act for entry in scenes.log_of(people.group)] == [LogAct.REMOVED] * 2


def test_a_writer_who_withdraws_while_a_teacher_lets_through_leaves_one_outcome(
    engine: str, people: People, browser: Browsers
) -> None:
    scenes.hold_everything(people.group)
    thread, writer, teacher = make_thread(people.group, people.ines), browser(people.ines), browser(people.maren)
    for number in range(6):
        post = scenes.write(writer, thread, f"Number {number}.")
        case = scenes.open_case()
        with ThreadPoolExecutor(2) as pool:
            deciding = pool.submit(scenes.decide, teacher, case, "let_through")
            taking = pool.submit(writer.post, f"/posts/{post.id}/withdrawal")
            answers = (deciding.result(), taking.result().status_code)
        # Let through first, it may still be withdrawn; withdrawn first, there is nothing to decide.
        assert answers in {(303, 303), (409, 303)}, engine
        assert scenes.status_of(post) is PostStatus.WITHDRAWN
        expected = CaseState.DECIDED if answers[0] == 303 else CaseState.CLOSED
        assert scenes.case(case.id).state is expected


def test_a_request_is_answered_once_while_somebody_takes_it_back(
    engine: str, people: People, browser: Browsers
) -> None:
    circle = make_group("Slow Circle", kind=GroupKind.BY_REQUEST, teachers=[people.maren, people.tomasz])
    asking, teachers = browser(people.viktor), [browser(people.maren), browser(people.tomasz)]
    for _ in range(6):
        scenes.ask_to_join(asking, circle)
        case = scenes.open_case()
        with ThreadPoolExecutor(3) as pool:
            answering = [pool.submit(scenes.decide, each, case, "decline", "Not for now.") for each in teachers]
            taking = pool.submit(asking.post, f"/groups/{circle.slug}/requests/withdrawal")
            answers = sorted([*(each.result() for each in answering), taking.result().status_code])
        # One of the three comes first; for the others there is nothing left to answer or to take back.
        assert answers.count(303) == 1, (engine, answers)
        assert set(answers) <= {303, 404, 409}, (engine, answers)
        taken_back = taking.result().status_code == 303
        assert scenes.case(case.id).state is (CaseState.CLOSED if taken_back else CaseState.DECIDED)
