<?cs # webhook_shown.cs: the answer to Add webhook: the secret that signs, once.
  Reads, besides layout.cs:
    Webhook.Url            text
    Secret.Text            text            where the secret will stand; put in after rendering
    DoneUrl                url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{webhooks.shown_head}}) ?><?cs call:panel_open("dim") ?>
<h1>{{webhooks.ready}}</h1>
<p class="lede"><code><?cs var:Webhook.Url ?></code></p>
<div class="banner banner-warn" role="status"><p>{{webhooks.copy_now}}</p></div>
<div class="field">
  <p class="label" id="secret-label">{{webhooks.secret}}</p>
  <div class="copy-box"><code id="secret" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="secret-label"><?cs var:Secret.Text ?></code><button type="button" class="button js-only" data-copy="secret">{{button.copy}}<span class="visually-hidden"> {{webhooks.copy_secret}}</span></button></div>
  <p class="help">{{webhooks.secret_help}}</p>
</div>
<div class="form-actions"><a class="button button-primary" href="<?cs var:DoneUrl ?>">{{button.copied}}</a></div>
<?cs call:panel_close() ?>
