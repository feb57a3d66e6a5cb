// While a description is typed or pasted, what is found in it is said below. Without this file the button says it.
(function () {
  'use strict';
  var form = document.querySelector('form[data-check]');
  if (!form) return;
  var text = form.querySelector('#text'), file = form.querySelector('#file'), out = document.getElementById('check');
  var timer, running, LIMIT = 4 << 20, PAUSE_MS = 700, BUSY_MS = 2000;

  function clear() {
    out.textContent = '';
  }
  function say(words) {
    var line = document.createElement('p');
    clear();
    line.className = 'help';
    line.textContent = words;
    out.append(line);
  }

  // The answer is a piece of a page of ours. It is taken apart and put together again, not written as HTML: only these
  // elements, and of their attributes the class.
  var KNOWN = ['P', 'DIV', 'SPAN', 'STRONG', 'CODE', 'PRE', 'UL', 'LI', 'DETAILS', 'SUMMARY'];
  function copy(from, to) {
    from.childNodes.forEach(function (node) {
      if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
      if (node.nodeType !== Node.ELEMENT_NODE || KNOWN.indexOf(node.tagName.toUpperCase()) < 0) return;
      var element = document.createElement(node.tagName);
      if (node.className) element.className = node.className;
      copy(node, element);
      to.append(element);
    });
  }
  function show(answer) {
    clear();
    copy(answer, out);
  }

  function check() {
    var body = new FormData(), mine = new AbortController();
    if (running) running.abort();
    running = null;
    if (!text.value.trim()) return clear();
    if (text.value.length > LIMIT) return clear();
    running = mine;
    body.append('csrf', form.elements.csrf.value);
    body.append('text', text.value);
    say(out.dataset.checking);
    read(body, mine);
  }
  // 202: the server reads for others just now.
  function read(body, mine) {
    var request = new XMLHttpRequest(), again;
    mine.signal.addEventListener('abort', function () {
      clearTimeout(again);
      request.abort();
    });
    request.open('POST', form.dataset.check);
    request.responseType = 'document';
    request.onload = function () {
      if (request.status === 202) again = setTimeout(function () { read(body, mine); }, BUSY_MS);
      else if (request.status === 200 && request.response && request.response.body) show(request.response.body);
      else say(out.dataset.failed);
    };
    request.onerror = function () { say(out.dataset.failed); };
    request.send(body);
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  }

  text.addEventListener('input', later);
  if (text.value.trim() && !document.querySelector('.report')) later();

  // A file may be dropped on the text.
  text.addEventListener('dragover', function (event) { event.preventDefault(); });
  text.addEventListener('drop', function (event) {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    file.files = event.dataTransfer.files;
    file.focus();
  });
}());
