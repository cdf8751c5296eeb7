"""A notebook of odd outputs, one kind a cell, made in code: what any engine has to get right."""

import nbformat
from nbformat import NotebookNode

CELLS = {
    "nothing": "x = 1",
    "both streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "a pause between": "import time\nprint('a')\nprint('b', file=sys.stderr)\ntime.sleep(0.5)\nprint('c')",
    "without a line end": "print('no end', end='')\nsys.stdout.write('x')",
    "shown between prints": "print('a')\ndisplay(7)\nprint('b', file=sys.stderr)\ndisplay('eight')\nprint('c')",
    "below Python": "import os\nos.write(1, b'one\\n')\nos.write(2, b'two\\n')\ntime.sleep(0.5)",
    "a child process": "import subprocess\nsubprocess.run(['echo', 'from a child'])\ntime.sleep(0.5)",
    "broken text below": "os.write(1, b'\\xff\\xfe \\xc3\\xa9\\n')\ntime.sleep(0.5)",
    "a flush": "print('a', flush=True)\nprint('b', file=sys.stderr, flush=True)\nprint('c', flush=True)",
    "a result": "{'a': [1, 2.5, None], 'b': 'text'}",
    "no result": "None",
    "a result kept back": "5;",
    "the last results": "_, __, Out[10]",
    "a frame": "import pandas as pd\npd.DataFrame({'load_kg': [60.0, None]}, index=['a', 'b'])",
    "many kinds": (
        "class Many:\n    def __repr__(self):\n        return 'many'\n"
        "    def _repr_html_(self):\n        return '<b>many</b>'\n"
        "    def _repr_markdown_(self):\n        return '**many**', {'kept': True}\n    def _repr_png_(self):\n"
        "        return b'\\x89PNG\\r\\n\\x1a\\n'\nMany()"
    ),
    "a bundle": "display({'application/x-odd+json': {'a': (1, 2), 3: None}, 'text/plain': 'odd'}, raw=True)",
    "with metadata": "display('x', metadata={'text/plain': {'width': 3}})",
    "rich kinds": (
        "from IPython.display import HTML, JSON, SVG, Javascript, Latex, Markdown\n"
        "display(HTML('<i>h</i>'), Markdown('*m*'), Latex('$x$'), JSON({'a': 1}), SVG('<svg/>'), Javascript('1'))"
    ),
    "an update": "handle = display('first', display_id='one')\nhandle.update('second')",
    "an update from afar": "handle.update('third')\nprint('done')",
    "an update of none": "from IPython.display import update_display\nupdate_display('lost', display_id='unknown')",
    "shown twice under one id": "display('a', display_id='two')\ndisplay('b', display_id='two')",
    "a file for output": "print('to it', file=sys.stdout)\nout = sys.stdout\nout.writelines(['a\\n', 'b\\n'])",
    "an old stream": "out.write('still there\\n')",
    "cleared at once": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
    "cleared by the next": "print('gone')\nclear_output(wait=True)\nprint('stays')",
    "cleared by nothing": "print('stays')\nclear_output(wait=True)",
    "after that": "print('next cell')",
    "an old display, cleared": "handle = display('x', display_id='three')\nclear_output()\nhandle.update('y')",
    "a warning": "import warnings\nwarnings.warn('careful')\nwarnings.warn('old way', DeprecationWarning)",
    "logging": "import logging\nlogging.getLogger('odd').warning('said by a logger')",
    "a formatter that fails": "class Bad:\n    def _repr_html_(self):\n        raise ValueError('no html')\nBad()",
    "a failing repr": "class Worse:\n    def __repr__(self):\n        raise ValueError('no text')\nWorse()",
    "an allowed error": "print('before')\nraise ValueError('allowed')",
    "an allowed chain": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('deep') from e",
    "an allowed error in a function": "def fail(n):\n    return fail(n - 1) if n else [][1]\nfail(3)",
    "an allowed error of syntax": "a = = 1",
    "an allowed interrupt": "raise KeyboardInterrupt",
    "an allowed question": "import builtins\nask = builtins.input\nask('?')",
    "classes pickle": "import pickle\nclass Kept:\n    pass\ntype(pickle.loads(pickle.dumps(Kept()))).__module__",
    "names": "__name__, sorted(k for k in globals() if k.startswith('__'))",
    "the shell": "type(get_ipython()).__name__, get_ipython().execution_count",
    "magics": "%time y = 1 + 1\n%precision 3\n3.14159",
    "a captured cell": "%%capture said\nprint('kept')\ndisplay(1)",
    "what was captured": "said.stdout",
    "a cell in markup": "%%html\n<b>bold</b>",
    "an unknown magic": "%no_such_magic",
    "the terminal": "sys.stdout.isatty(), sys.stdout.encoding, os.environ.get('PAGER')",
    "numbers that are none": "display({'application/json': {'a': float('nan')}, 'text/plain': 'nan'}, raw=True)",
    "a plotly figure": "import plotly.graph_objects as go\ngo.Figure().add_scatter(y=[1, 2])",
    "two figures": "display(go.Figure())\ngo.Figure().show()",
    "help": "len?",
    "colours": "print('\\x1b[31mred\\x1b[0m \\r back')",
    "a long line": "print('x' * 100_000)",
    "a thread": "import threading\nt = threading.Thread(target=print, args=('from a thread',))\nt.start()\nt.join()",
    "a redirect": (
        "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as kept:\n"
        "    print('hidden')\nkept.getvalue()"
    ),
    "the history": "len(In), In[1]",
    "a skipped cell": "print('never')",
    "every expression": "x\ny\nget_ipython().ast_node_interactivity = 'all'",
    "every expression, in turn": "1\n'two'\nget_ipython().ast_node_interactivity = 'last_expr'",
    "nothing displayed": "display()",
    "several at once": "display(1, 'two', {'three': 3})",
    "a display of its own": (
        "class Own:\n    def _ipython_display_(self):\n        print('own')\n        display('way')\nOwn()"
    ),
    "a bundle of its own": (
        "class Mime:\n    def _repr_mimebundle_(self, **_):\n"
        "        return {'text/plain': 'm', 'text/html': '<u>m</u>'}, {'text/html': {'isolated': True}}\nMime()"
    ),
    "a formatter of its own": (
        "get_ipython().display_formatter.formatters['text/plain'].for_type(complex, lambda z, p, c: p.text('z'))\n1j"
    ),
    "an image": "from IPython.display import Image\nImage(data=b'\\x89PNG\\r\\n\\x1a\\n', format='png', width=3)",
    "a series": "pd.Series([1.5, None], name='load_kg').describe()",
    "options of pandas": "pd.set_option('display.precision', 1)\npd.DataFrame({'a': [1.234]})",
    "a styled frame": "pd.DataFrame({'a': [1.234]}).style.format(precision=2).set_uuid('u')",
    "any letters": "print('Übung 重量 \N{GREEK SMALL LETTER MU} 🌲')\n'é' * 2",
    "long and deep": "[list(range(30)) for _ in range(30)]",
    "many lines": "for each in range(2000):\n    print(each)",
    "bytes written": "sys.stdout.buffer if hasattr(sys.stdout, 'buffer') else 'no buffer'",
    "an exit": "import sys\nsys.exit",
    "an allowed exit by hand": "raise SystemExit('by hand')",
    "after an exit": "print('goes on')",
    "an allowed group": "raise ExceptionGroup('both', [ValueError('one'), KeyError('two')])",
    "an allowed note": "problem = ValueError('with a note')\nproblem.add_note('the note')\nraise problem",
    "an allowed assertion": "assert y == 3, f'{y} is not 3'",
    "an allowed name": "no_such_name",
    "an allowed exception of its own": "class Odd(Exception):\n    def __str__(self):\n        return 'odd'\nraise Odd",
    "an allowed short error": "%xmode Minimal\n1 / 0",
    "an allowed plain error": "%xmode Context\n1 / 0",
    "a traceback shown": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    get_ipython().showtraceback()",
    "a traceback as text": (
        "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    print(traceback.format_exc())"
    ),
    "the source": "import inspect\ndef source():\n    return 1\nprint(inspect.getsource(source))",
    "who": "%who_ls type",
    "a closed stream below": "print('before', flush=True)\nos.write(1, b'after\\n')\ntime.sleep(0.5)",
    "a display hook by hand": "sys.displayhook('by hand')",
    "a hidden result": "_ = 7",
    "a long sleep between": "print('a')\ntime.sleep(0.3)\ndisplay(1)\nprint('b')\ntime.sleep(0.3)\nprint('c')",
    "a finalizer": "class Final:\n    def __del__(self):\n        print('final')\nfinal = Final()\ndel final",
    "a generator left": "def gives():\n    try:\n        yield 1\n    finally:\n        print('closed')\nnext(gives())",
    "random": "import random\nrandom.seed(3)\nrandom.random()",
    "empty": "",
    "only a comment": "# nothing\n",
}
_TAGS = {
    "a skipped cell": "skip-execution",
    "a failing repr": "raises-exception",
    "an unknown magic": "raises-exception",
}


def odd_outputs() -> NotebookNode:
    """The notebook; each cell's name is in its metadata."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Odd outputs")])
    notebook.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    for name, source in CELLS.items():
        tag = "raises-exception" if name.startswith("an allowed") else _TAGS.get(name)
        cell = nbformat.v4.new_code_cell(source, metadata={"name": name, "tags": [tag] if tag else []})
        notebook.cells.append(cell)
    return notebook
