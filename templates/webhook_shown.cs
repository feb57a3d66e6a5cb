<?cs # webhook_shown.cs: the answer to Add webhook: the secret that signs, once.
  Reads, besides layout.cs:
    Webhook.Url            text
    Secret.Text            text            where the secret will stand; put in after rendering
    DoneUrl                url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head("Webhook added") ?><?cs call:panel_open("dim") ?>
<h1>The webhook is ready</h1>
<p class="lede"><code><?cs var:Webhook.Url ?></code></p>
<div class="banner banner-warn" role="status"><p><strong>Copy the secret now.</strong> It is not shown again. If it gets lost, remove the webhook and add it again.</p></div>
<div class="field">
  <p class="label" id="secret-label">Secret</p>
  <div class="copy-box"><code id="secret" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="secret-label"><?cs var:Secret.Text ?></code><button type="button" class="button js-only" data-copy="secret">Copy<span class="visually-hidden"> secret</span></button></div>
  <p class="help">Your service checks the header <code>webhook-signature</code> with it, as the Standard Webhooks specification says: every library for it takes this secret as it is.</p>
</div>
<div class="form-actions"><a class="button button-primary" href="<?cs var:DoneUrl ?>">I have copied it</a></div>
<?cs call:panel_close() ?>
