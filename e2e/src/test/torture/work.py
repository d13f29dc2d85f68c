"""Works until a line comes, always the same; then says how often it was right. What was wrong ends it at once."""
import hashlib, json, select, sqlite3, sys, threading, zlib


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def once():
    database = sqlite3.connect(":memory:")
    database.execute("create table t(a integer primary key, b text)")
    database.executemany("insert into t values(?, ?)", ((i, "row %d" % (i * 7 % 101)) for i in range(300)))
    rows = database.execute("select b, count(*), sum(a) from t group by b order by b").fetchall()
    database.close()
    text = json.dumps([rows, deep(200), [i / 7 for i in range(100)]])
    caught = 0
    for i in range(50):
        try:
            json.loads(text[: i * 3 + 1])
        except ValueError:
            caught += 1
    packed = zlib.compress(text.encode())
    assert zlib.decompress(packed).decode() == text
    found = []
    threads = [threading.Thread(target=lambda k=k: found.append(sum(range(k * 100)))) for k in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    return hashlib.sha256(text.encode()).hexdigest() + str(caught) + str(sorted(found))


expected = once()
print("ready", flush=True)
rounds = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    if once() != expected:
        print("wrong", flush=True)
        sys.exit(3)
    rounds += 1
print("right", rounds > 0)
