"""The embedded PostgreSQL as its users meet it: real processes, real signals, a real server each time."""

import json
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from store.embedded import EmbeddedProblem, start_embedded

QUICK = {"fsync": "off"}
DEADLINE = 20.0
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change the user of PostgreSQL")

A_USER = """
import sys
from pathlib import Path
from store.embedded import start_embedded
lease = start_embedded(Path(sys.argv[1]), settings={"fsync": "off"})
print(lease.url, flush=True)
if sys.stdin.read() == "close":
    lease.close()
"""


class User:
    """Another process that uses the server of a data folder."""

    def __init__(self, data_dir, path=None):
        environment = {**os.environ, **({"PATH": str(path)} if path else {})}
        words = [sys.executable, "-c", A_USER, str(data_dir)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, env=environment)

    def url(self):
        return self.process.stdout.readline().strip()

    def end(self, words="close"):
        self.process.communicate(words, timeout=DEADLINE)

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=DEADLINE)


@pytest.fixture
def user():
    users = []

    def start(data_dir, **options):
        users.append(User(data_dir, **options))
        return users[-1]

    yield start
    for each in users:
        if each.process.poll() is None:
            each.kill()
        each.process.stdin.close()
        each.process.stdout.close()


@pytest.fixture
def data_dir(tmp_path):
    yield tmp_path / "data"
    eventually(lambda: not servers(tmp_path / "data"))


def eventually(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def servers(data_dir):
    """The process numbers of the postgres programs that work in this folder."""
    cluster = str(data_dir / "postgres")
    return {int(entry.name) for entry in Path("/proc").glob("[0-9]*") if folder_of(entry) == cluster}


def folder_of(entry):
    try:
        return str((entry / "cwd").readlink())
    except OSError:
        return None


def state(data_dir):
    return json.loads((data_dir / "postgres.json").read_text())


def ask(url, statement):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def answers(url):
    try:
        return ask(url, "select 1") == 1
    except psycopg.OperationalError:
        return False


def modes_and_owners(path):
    return [(each, stat.filemode(each.stat().st_mode), each.stat().st_uid, each.stat().st_gid) for each in path.parents]


def test_it_speaks_utf8_sorts_by_code_point_and_listens_to_this_machine_alone(data_dir):
    with start_embedded(data_dir) as lease:
        assert ask(lease.url, "show server_encoding") == "UTF8"
        assert ask(lease.url, "select datcollate from pg_database where datname = current_database()") == "C"
        assert ask(lease.url, "show listen_addresses") == "127.0.0.1"
        assert ask(lease.url, "show unix_socket_directories") == ""
        assert ask(lease.url, "show fsync") == "on"


def test_nobody_gets_in_without_the_password(data_dir):
    with start_embedded(data_dir, settings=QUICK) as lease:
        password = (data_dir / "postgres.password").read_text().strip()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(lease.url.replace(password, "guessed"))


def test_what_it_keeps_is_for_its_owner_alone(data_dir):
    with start_embedded(data_dir, settings=QUICK):
        open_to_others = [path for path in (data_dir, *data_dir.rglob("*")) if path.stat().st_mode & 0o077]
    assert open_to_others == []


def test_a_second_start_keeps_the_data(data_dir):
    with start_embedded(data_dir) as lease:
        ask(lease.url, "create table kept as select 42 as answer")
    with start_embedded(data_dir) as lease:
        assert ask(lease.url, "select answer from kept") == 42


def test_the_last_close_returns_when_the_server_has_stopped(data_dir):
    lease = start_embedded(data_dir, settings=QUICK)
    assert servers(data_dir)
    lease.close()
    assert servers(data_dir) == set()
    assert not (data_dir / "postgres" / "postmaster.pid").exists()
    lease.close()  # a second time is no harm


def test_a_folder_deleted_under_a_running_server_ends_quietly(data_dir):
    lease = start_embedded(data_dir, settings=QUICK)
    postmaster = state(data_dir)["postgres"]
    shutil.rmtree(data_dir, ignore_errors=True)  # some files go by themselves meanwhile
    lease.close()
    eventually(lambda: not Path(f"/proc/{postmaster}").exists())


def test_closing_one_of_two_users_keeps_it_running(data_dir):
    with start_embedded(data_dir, settings=QUICK) as kept:
        with start_embedded(data_dir, settings=QUICK) as closed:
            assert closed.url == kept.url
        assert answers(kept.url)


def test_two_processes_that_start_at_once_end_up_with_one_server(data_dir, user):
    pair = [user(data_dir), user(data_dir)]
    first, second = (each.url() for each in pair)
    assert first == second
    assert len(postmasters(data_dir)) == 1
    for each in pair:
        each.end()
    assert servers(data_dir) == set()


def postmasters(data_dir):
    """Those that no other server has started: a child looks like its parent until it has named itself."""
    running = servers(data_dir)
    alike = {pid for pid in running if b"--listen_addresses" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    return {pid for pid in alike if parent_of(pid) not in running}


def parent_of(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))


def test_users_that_come_and_go_at_once_always_find_a_server(data_dir, user):
    for _ in range(2):
        leaving = user(data_dir)
        leaving.url()
        leaving.process.stdin.write("close")
        leaving.process.stdin.close()
        coming = user(data_dir)
        assert answers(coming.url())
        coming.end()
        leaving.process.wait(DEADLINE)
        leaving.process.stdout.close()


@pytest.mark.parametrize("how", ["killed", "ended without closing"])
def test_the_server_goes_when_its_only_user_is(data_dir, user, how):
    only = user(data_dir)
    url = only.url()
    only.kill() if how == "killed" else only.end("no close")
    eventually(lambda: not servers(data_dir))
    assert not answers(url)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()  # a shutdown, not a crash


def test_the_server_dies_with_its_keeper_and_the_next_start_works(data_dir, user):
    first = user(data_dir)
    ask(first.url(), "create table kept as select 7 as answer")
    os.kill(state(data_dir)["keeper"], signal.SIGKILL)
    eventually(lambda: not servers(data_dir))
    with start_embedded(data_dir, settings=QUICK) as lease:
        assert ask(lease.url, "select answer from kept") == 7


def test_a_keeper_stays_while_it_has_users_whatever_signal_the_terminal_sends(data_dir):
    with start_embedded(data_dir, settings=QUICK) as lease:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(state(data_dir)["keeper"], number)
        assert os.getsid(state(data_dir)["keeper"]) != os.getsid(0)
        assert answers(lease.url)


def test_what_a_killed_server_left_behind_does_not_stop_the_next(data_dir):
    with start_embedded(data_dir) as lease:
        ask(lease.url, "create table kept as select 9 as answer")
        os.kill(state(data_dir)["postgres"], signal.SIGKILL)
        eventually(lambda: not servers(data_dir))
    pid_file = data_dir / "postgres" / "postmaster.pid"
    _, *rest = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *rest]))  # its number now belongs to another program
    with start_embedded(data_dir) as lease:
        assert ask(lease.url, "select answer from kept") == 9


def test_an_empty_pid_file_after_a_power_loss_does_not_stop_it(data_dir):
    start_embedded(data_dir, settings=QUICK).close()
    (data_dir / "postgres" / "postmaster.pid").touch()
    with start_embedded(data_dir, settings=QUICK) as lease:
        assert answers(lease.url)


def test_a_cluster_whose_making_was_interrupted_is_made_again(data_dir):
    half = data_dir / "postgres.making.1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (data_dir / "postgres").mkdir()
    with start_embedded(data_dir, settings=QUICK) as lease:
        assert answers(lease.url)
    assert not half.exists()


def test_a_starter_killed_in_the_middle_leaves_nothing_that_stops_the_next(data_dir, user):
    starter = user(data_dir)
    eventually(lambda: list(data_dir.glob("postgres.making.*")))
    starter.kill()
    with start_embedded(data_dir, settings=QUICK) as lease:
        assert answers(lease.url)


def test_the_progress_of_a_first_start_is_told(data_dir):
    told = []
    start_embedded(data_dir, settings=QUICK, say=told.append).close()
    assert told == [f"Making a new PostgreSQL database in {data_dir / 'postgres'}"]


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EmbeddedProblem, match=r"file/data cannot be written \(.*\): .*REDTAG_DATA_DIR.*DATABASE_URL"):
        start_embedded(tmp_path / "file" / "data")


def test_a_damaged_cluster_is_named_and_left_alone(data_dir):
    start_embedded(data_dir, settings=QUICK).close()
    (data_dir / "postgres" / "PG_VERSION").unlink()
    with pytest.raises(EmbeddedProblem, match="is not a complete PostgreSQL database"):
        start_embedded(data_dir, settings=QUICK)
    assert (data_dir / "postgres" / "base").is_dir()


def test_a_cluster_of_another_version_is_refused(data_dir):
    start_embedded(data_dir, settings=QUICK).close()
    (data_dir / "postgres" / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedProblem, match=r"made by PostgreSQL 15 and this is PostgreSQL \d+"):
        start_embedded(data_dir, settings=QUICK)


def test_a_server_that_cannot_start_says_why_in_its_own_words(data_dir):
    start_embedded(data_dir, settings=QUICK).close()
    with pytest.raises(EmbeddedProblem, match="invalid value for parameter"):
        start_embedded(data_dir, settings={"shared_buffers": "plenty"})
    with start_embedded(data_dir, settings=QUICK) as lease:
        assert answers(lease.url)


def test_a_lost_password_file_is_named(data_dir):
    start_embedded(data_dir, settings=QUICK).close()
    (data_dir / "postgres.password").unlink()
    with pytest.raises(EmbeddedProblem, match=r"postgres\.password .* is missing"):
        start_embedded(data_dir, settings=QUICK)


@AS_ROOT
def test_as_root_nothing_outside_the_data_folder_changes_its_mode_or_owner(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    before = modes_and_owners(private / "data")
    with start_embedded(private / "data", settings=QUICK) as lease:
        assert answers(lease.url)
        assert modes_and_owners(private / "data") == before
    assert modes_and_owners(private / "data") == before


@pytest.fixture
def reachable():
    """A folder that any user can walk into, which those of a test run are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    eventually(lambda: not list(folder.glob("*/postgres.json")))
    shutil.rmtree(folder)


def path_with(folder, *programs):
    folder.mkdir()
    for program in programs:
        if found := shutil.which(program):
            (folder / program).symlink_to(found)
    return folder


@AS_ROOT
def test_where_no_user_namespace_is_permitted_nobody_is_given_the_data_folder_alone(reachable, tmp_path, user):
    data_dir = reachable / "data"
    before = modes_and_owners(data_dir)
    only = user(data_dir, path=path_with(tmp_path / "bin", "setpriv", "sh"))
    url = only.url()
    if not url:
        pytest.skip("Python's packages stand where the user nobody cannot reach them")
    assert answers(url)
    assert Path(f"/proc/{state(data_dir)['postgres']}").stat().st_uid == data_dir.stat().st_uid != 0
    assert modes_and_owners(data_dir) == before
    os.kill(state(data_dir)["keeper"], signal.SIGKILL)
    eventually(lambda: not servers(data_dir))
    only.kill()
    with start_embedded(data_dir, settings=QUICK) as lease:  # and back again
        assert answers(lease.url)


def reaches_python(them):
    become = ["setpriv", f"--reuid={them.pw_uid}", f"--regid={them.pw_gid}", "--clear-groups"]
    return (
        subprocess.run([*become, sys.executable, "-c", "import psycopg"], capture_output=True, check=False).returncode
        == 0
    )


@AS_ROOT
def test_root_works_as_the_owner_of_a_folder_that_is_somebody_elses(reachable):
    data_dir = reachable / "theirs"
    data_dir.mkdir(mode=0o700)
    them = pwd.getpwnam("daemon")
    if not reaches_python(them):
        pytest.skip("Python's packages stand where the user daemon cannot reach them")
    os.chown(data_dir, them.pw_uid, them.pw_gid)
    with start_embedded(data_dir, settings=QUICK) as lease:
        assert answers(lease.url)
        owners = {path.stat().st_uid for path in (data_dir, *data_dir.glob("postgres*"))}
        running = Path(f"/proc/{state(data_dir)['postgres']}").stat().st_uid
    assert (owners, running) == ({them.pw_uid}, them.pw_uid)


@AS_ROOT
def test_root_with_no_way_to_be_somebody_else_is_told_what_to_do(data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(path_with(tmp_path / "bin", "sh")))
    with pytest.raises(EmbeddedProblem, match=r"does not run as root.*normal user"):
        start_embedded(data_dir, settings=QUICK)
