<?cs # runtime_key_shown.cs: the answer to Add runtime key: the key, once.
  Reads, besides layout.cs:
    Key.Name               text
    Secret.Text            text            where the key will stand; put in after rendering
    ExampleUrl             url, optional   an address of the API that this key may ask
    DoneUrl                url
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head({{keys.shown_head name=Key.Name}}) ?><?cs call:panel_open("dim") ?>
<h1>{{keys.ready name=Key.Name}}</h1>
<div class="banner banner-warn" role="status"><p>{{keys.copy_now}}</p></div>
<div class="field">
  <p class="label" id="secret-label">{{keys.key}}</p>
  <div class="copy-box"><code id="secret" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="secret-label"><?cs var:Secret.Text ?></code><button type="button" class="button js-only" data-copy="secret">{{button.copy}}<span class="visually-hidden"> {{keys.copy_key}}</span></button></div>
</div>
<?cs if:?ExampleUrl ?><div class="field">
  <p class="label" id="example-label">{{keys.how}}</p>
  <div class="copy-box"><code id="example" tabindex="0" role="textbox" aria-readonly="true" aria-labelledby="example-label">curl -H "Authorization: Bearer <?cs var:Secret.Text ?>" <?cs var:ExampleUrl ?></code><button type="button" class="button js-only" data-copy="example">{{button.copy}}<span class="visually-hidden"> {{keys.copy_example}}</span></button></div>
</div><?cs /if ?>
<div class="form-actions"><a class="button button-primary" href="<?cs var:DoneUrl ?>">{{button.copied}}</a></div>
<?cs call:panel_close() ?>
