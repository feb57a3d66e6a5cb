<?cs # webhook_remove.cs: asks before a webhook is removed. POST field: csrf.
  Reads, besides layout.cs:
    Webhook.Url            text
    Webhook.AddedBy        text, optional
    Webhook.Added          date
    Webhook.State.Kind     enum(ok|warn|bad|none)
    Form.Url               url             POST
    Form.CancelUrl         url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Remove webhook") ?><?cs call:panel_open("dim") ?>
<h1>Remove this webhook?</h1>
<p class="lede"><code><?cs var:Webhook.Url ?></code>, added <?cs if:?Webhook.AddedBy ?>by <?cs var:Webhook.AddedBy ?>, <?cs /if ?><?cs call:day(Webhook.Added) ?>.</p>
<ul class="consequences">
  <li>It is told of nothing any more.<?cs if:Webhook.State.Kind == "ok" ?> Until now it accepts its messages.<?cs /if ?></li>
  <li>Messages that wait for it, its dead letters and its secret are deleted.</li>
  <li>This cannot be undone: added again, it has another secret.</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?>
  <a class="button" href="<?cs var:Form.CancelUrl ?>">Cancel</a>
  <button type="submit" class="button button-danger-primary" data-busy="Removing…">Remove</button>
</form>
<?cs call:panel_close() ?>
