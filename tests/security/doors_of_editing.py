"""What everybody is answered where practices are written, changed, taken along and brought."""

from tests.practices.writing import typed
from tests.security.scene import READERS, SIGNED_IN, TEACHERS
from tests.security.table import ABSENT, NONE, Row, alike, groups, practices

A_FILE = '{"segments": [{"at_s": 0, "kind": "bell"}, {"at_s": 60, "kind": "bell"}]}'

EDITING: dict[str, list[Row]] = {
    "GET /practices/<key>/versions/<id:version>/changes": [
        *alike(SIGNED_IN, args={"key": "soothing_rhythm_breathing", "version": "2"}),
        *alike(NONE, others=ABSENT, args={"key": "ending_on_time", "version": "1"}),
        *practices(READERS, args={"version": "2"}),
    ],
    "GET /practices/<key>/plan.json": [*alike(SIGNED_IN, args={"key": "ending_on_time"}), *practices(READERS)],
    "GET /practices/new": [
        *alike(SIGNED_IN),
        *(Row(each.answers, {}, {}, {"group": each.args["slug"]}) for each in groups(TEACHERS, archived=NONE)),
    ],
    "POST /practices": [
        Row(each.answers, {}, typed(group=each.args["slug"])) for each in groups(TEACHERS, archived=NONE)
    ],
    "POST /practices/preview": alike(SIGNED_IN, fields=typed()),
    "POST /practices/imports": [
        Row(each.answers, {}, {"group": each.args["slug"], "words": A_FILE}) for each in groups(TEACHERS, archived=NONE)
    ],
    "GET /practices/<key>/edit": [
        *alike(NONE, args={"key": "ending_on_time"}),
        *practices(TEACHERS, archived=NONE),
    ],
    "POST /practices/<key>": [
        *practices(TEACHERS, archived=NONE, fields=typed(version="2", changed="Other words.")),
        *alike(NONE, args={"key": "ending_on_time"}, fields=typed(version="2", changed="Other words.")),
    ],
    "POST /practices/<key>/withdrawal": [
        *practices(TEACHERS, archived=NONE),
        *alike(NONE, others=ABSENT, args={"key": "ending_on_time"}),
    ],
    "POST /practices/<key>/restoring": [
        *practices(TEACHERS, archived=NONE),
        *alike(NONE, others=ABSENT, args={"key": "ending_on_time"}),
    ],
}
