<?cs # webhook_remove.cs: asks before a webhook is removed. POST field: csrf.
  Reads, besides layout.cs:
    Webhook.Url            text
    Webhook.AddedBy        text, optional
    Webhook.Added          date
    Webhook.State.Kind     enum(ok|warn|bad|none)
    Form.Url               url             POST
    Form.CancelUrl         url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{webhooks.remove_head}}) ?><?cs call:panel_open("dim") ?>
<h1>{{webhooks.remove_title}}</h1>
<p class="lede"><code><?cs var:Webhook.Url ?></code>, <?cs if:?Webhook.AddedBy ?>{{row.added_by who=Webhook.AddedBy date=call:day(Webhook.Added)}}<?cs else ?>{{row.added date=call:day(Webhook.Added)}}<?cs /if ?>.</p>
<ul class="consequences">
  <li>{{webhooks.told_nothing}}<?cs if:Webhook.State.Kind == "ok" ?> {{webhooks.accepts}}<?cs /if ?></li>
  <li>{{webhooks.deleted}}</li>
  <li>{{webhooks.no_way_back}}</li>
</ul>
<form method="post" action="<?cs var:Form.Url ?>" class="form-actions">
  <?cs call:csrf_field() ?>
  <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
  <button type="submit" class="button button-danger-primary" data-busy="{{button.removing}}">{{button.remove}}</button>
</form>
<?cs call:panel_close() ?>
