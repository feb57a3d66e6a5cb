<?cs # system.cs: does the public address of the installation lead here? POST fields: csrf.
  Reads, besides layout.cs:
    System.Origin             text            as configured
    System.Result             enum(ok|bad), optional   absent = not asked yet
    System.TooSoon            bool            it was asked a moment ago
    Steps.N.Label             text
    Steps.N.State             enum(ok|bad|unknown)
    Steps.N.Seen              text, optional  what is there instead
    Steps.N.Fix               text, optional  the cause, and what to change
    Form.Url                  url             POST: ask
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{nav.system}}) ?><?cs call:app_open() ?>
<h1>{{nav.system}}</h1>
<p class="lede">{{system.lede}}</p>
<p><code><?cs var:System.Origin ?></code></p>
<?cs if:System.TooSoon ?><div class="banner banner-warn" role="status"><p>{{system.too_soon}}</p></div><?cs /if ?>
<?cs if:?System.Result ?><div class="banner <?cs if:System.Result == "ok" ?>banner-ok<?cs else ?>banner-bad<?cs /if ?>" role="status"><p><?cs if:System.Result == "ok" ?>{{system.good}}<?cs else ?>{{system.bad}}<?cs /if ?></p></div>
<dl class="facts facts-long">
  <?cs each:step = Steps ?><div><dt><?cs var:step.Label ?></dt><dd><?cs
  if:step.State == "ok" ?><span class="pill pill-ok">{{system.step_ok}}</span><?cs
  elif:step.State == "bad" ?><span class="pill pill-bad">{{system.step_bad}}</span><?cs if:?step.Seen ?> <code><?cs var:step.Seen ?></code><?cs /if ?><p><?cs var:step.Fix ?></p><?cs
  else ?><span class="pill pill-none">{{system.step_unknown}}</span><?cs /if ?></dd></div>
  <?cs /each ?>
</dl><?cs /if ?>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?>
  <button type="submit" class="button button-primary" data-busy="{{system.asking}}">{{system.ask}}</button>
</form>
<?cs call:app_close() ?>
