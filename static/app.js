// Small comforts. Every page works without this file. No HTML is ever made from text here.
(function () {
  'use strict';
  var doc = document;
  doc.documentElement.classList.add('js');

  var live = doc.getElementById('live');
  function say(text) {
    if (live) live.textContent = text;
  }

  // The text node that stands first in a button: its visible words.
  function words(button) {
    return button.firstChild;
  }

  // Copy: data-copy names the element whose text is copied.
  function copied(button) {
    var label = words(button), before = label.data;
    if (button.classList.contains('is-done')) return;
    label.data = live.dataset.copied;
    button.classList.add('is-done');
    say(live.dataset.copied);
    setTimeout(function () { label.data = before; button.classList.remove('is-done'); say(''); }, 2000);
  }
  function selectAndCopy(source) {
    var range = doc.createRange(), selection = getSelection();
    range.selectNodeContents(source);
    selection.removeAllRanges();
    selection.addRange(range);
    return doc.execCommand('copy');
  }
  function copy(button) {
    var source = doc.getElementById(button.dataset.copy);
    function byHand() {
      if (selectAndCopy(source)) copied(button);
      else say(live.dataset.copyFailed);
    }
    if (navigator.clipboard) navigator.clipboard.writeText(source.textContent).then(function () { copied(button); }, byHand);
    else byHand();
  }

  // Show / Hide a password field.
  function toggle(button) {
    var field = doc.getElementById(button.dataset.show), shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    words(button).data = shown ? live.dataset.show : live.dataset.hide;
    button.setAttribute('aria-pressed', String(!shown));
    field.focus();
  }

  doc.addEventListener('click', function (event) {
    var button = event.target.closest('button');
    if (button && button.dataset.copy) copy(button);
    if (button && button.dataset.show) toggle(button);
    closeMenus(event.target);
  });

  // Menus are <details>; they close on Escape, on a click elsewhere and when the focus moves on.
  function closeMenus(inside) {
    doc.querySelectorAll('details[data-menu][open]').forEach(function (menu) {
      if (!inside || !menu.contains(inside)) menu.open = false;
    });
  }
  doc.addEventListener('focusin', function (event) { closeMenus(event.target); });
  doc.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    var open = doc.activeElement && doc.activeElement.closest('details[data-menu][open]');
    closeMenus(null);
    if (open) open.querySelector('summary').focus();
  });

  // A form is sent once; its button says what is going on. The button stays enabled, so that its value is sent.
  doc.addEventListener('submit', function (event) {
    var form = event.target, button = event.submitter;
    if (form.method !== 'post') return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    form.querySelectorAll('button[data-show]').forEach(function (b) { doc.getElementById(b.dataset.show).type = 'password'; });
    if (!button || !button.dataset.busy) return;
    button.dataset.idle = words(button).data;
    words(button).data = button.dataset.busy;
    button.classList.add('is-busy');
    button.setAttribute('aria-disabled', 'true');
    say(button.dataset.busy);
  });
  // Back from the history: ready again.
  addEventListener('pageshow', function (event) {
    if (!event.persisted) return;
    doc.querySelectorAll('form[data-sent]').forEach(function (form) { delete form.dataset.sent; });
    doc.querySelectorAll('button.is-busy').forEach(function (button) {
      words(button).data = button.dataset.idle;
      button.classList.remove('is-busy');
      button.removeAttribute('aria-disabled');
    });
    say('');
  });

  // OAuth Client Settings: the fields of a custom client count only while Custom is chosen.
  doc.querySelectorAll('form[data-client]').forEach(function (form) {
    function sync() {
      form.querySelector('.custom-only').disabled = !form.querySelector('#client-custom').checked;
    }
    form.noValidate = false;
    form.addEventListener('change', sync);
    sync();
  });

  // Fields that count only on a condition are there only while it holds; what is hidden is not sent. data-when:
  // [[name, [value, …]], …], all of which must hold.
  function valueOf(form, name) {
    var inputs = Array.prototype.filter.call(form.elements, function (e) { return e.name === name && !e.disabled; });
    var first = inputs[0];
    if (!first) return null;
    if (first.type === 'checkbox') return String(first.checked);
    if (first.type !== 'radio') return first.value.trim();
    var on = inputs.filter(function (e) { return e.checked; })[0];
    return on ? on.value : '';
  }
  function show(field, on) {
    field.hidden = !on;
    if (field.matches('fieldset')) field.disabled = !on;
    field.querySelectorAll('input, select, textarea').forEach(function (e) { e.disabled = !on; });
  }
  doc.querySelectorAll('form').forEach(function (form) {
    var fields = form.querySelectorAll('[data-when]');
    function sync() {
      // a hidden field is no condition's either, so one may hide the next
      fields.forEach(function (field) { show(field, true); });
      for (var i = 0; i < fields.length; i++) {
        fields.forEach(function (field) {
          var holds = JSON.parse(field.dataset.when).every(function (when) {
            return when[1].indexOf(valueOf(form, when[0])) >= 0;
          });
          if (!holds) show(field, false);
        });
      }
    }
    if (!fields.length) return;
    form.addEventListener('input', sync);
    form.addEventListener('change', sync);
    sync();
  });

  // Dates in the language of the page, as the visitor's country writes it; the exact time on hover.
  function primary(tag) { return tag.split('-')[0]; }
  var page = doc.documentElement.lang;
  var tongue = navigator.languages.find(function (tag) { return primary(tag) === primary(page); }) || page;
  doc.querySelectorAll('time[datetime]').forEach(function (time) {
    var date = new Date(time.dateTime);
    if (isNaN(date)) return;
    time.title = date.toLocaleString(tongue, { dateStyle: 'full', timeStyle: 'long' });
    if (!('day' in time.dataset)) return;
    time.textContent = date.toLocaleDateString(tongue, { dateStyle: 'medium' });
    time.lang = tongue;
  });

  // A page that waits for something follows its own link after a while.
  var again = doc.querySelector('a[data-reload]');
  if (again) setTimeout(function () { location.replace(again.href); }, 3000);
}());
