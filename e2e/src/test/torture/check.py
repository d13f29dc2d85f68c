"""Work for the interpreter, its parser, its exceptions, its generators, and its C modules; it says what is wrong."""
import ast, bz2, ctypes, decimal, hashlib, json, lzma, pickle, re, struct, sys, threading, zlib

data = json.dumps({str(i): [i, i / 7, "x" * (i % 9)] for i in range(400)})
assert json.loads(data)["399"][0] == 399
for packer in (zlib, bz2, lzma):
    assert packer.decompress(packer.compress(data.encode())) == data.encode()
assert pickle.loads(pickle.dumps(ast.dump(ast.parse("def f(x):\n return [y for y in x if y]\n"))))
print(hashlib.sha256(data.encode()).hexdigest(), decimal.Decimal(2).sqrt())


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


def numbers():
    try:
        for i in range(1000):
            yield i
    except GeneratorExit:
        print("closed")


try:
    deep(10**6)
except RecursionError:
    print("recursion", deep(500))
g = numbers()
print(next(g) + next(g))
g.close()
total = []
threads = [threading.Thread(target=lambda k=k: total.append(sum(range(k * 1000)))) for k in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
array = (ctypes.c_int * 200)(*[(i * 37) % 200 for i in range(200)])
ctypes.CDLL(None).qsort(array, 200, 4, compare(lambda a, b: a[0] - b[0]))
assert list(array) == list(range(200))
print(sorted(total)[-1], len(re.findall(r"(\d+)\.(?=\d)", data)), struct.unpack("<d", struct.pack("<d", 1.5)))
sys.exit(7)
