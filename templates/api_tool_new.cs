<?cs # api_tool_new.cs: a description is brought: for a new API tool, or for one that is there. POST multipart/form-data:
  csrf, text, file, url.
  Reads, besides layout.cs, part_form.cs and part_api_tool.cs:
    Form.Url               url             POST
    Form.CancelUrl         url
    Form.CheckUrl          url             POST of the script: text; the answer is api_tool_check.cs
    Form.Text              text, optional  as pasted or uploaded before
    Form.ChooseAgain       bool            it was too long to be shown again
    Form.Address           text, optional
    Form.Error             text, optional  what is wrong
    Form.ErrorAt           enum(text|file|url)
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs include!"part_form.cs" ?><?cs include!"part_api_tool.cs" ?><?cs
def:source_error(source_at) ?><?cs if:?Form.Error && Form.ErrorAt == source_at ?><p class="field-error" id="<?cs var:source_at ?>-error"><?cs var:Form.Error ?></p><?cs /if ?><?cs /def ?><?cs
def:source_described(sd_at) ?> aria-describedby="<?cs if:?Form.Error && Form.ErrorAt == sd_at ?><?cs var:sd_at ?>-error <?cs /if ?><?cs var:sd_at ?>-help"<?cs if:?Form.Error && Form.ErrorAt == sd_at ?> aria-invalid="true"<?cs /if ?><?cs /def ?><?cs
if:?Tool.Name ?><?cs set:Layout.Title = {{api_tools.import_title name=Tool.Name}} ?><?cs else ?><?cs set:Layout.Title = {{api_tools.add}} ?><?cs /if ?><?cs
call:page_head(Layout.Title) ?><script src="<?cs var:Layout.Base ?>/static/api-tools.js" defer></script><?cs call:app_open() ?>
<?cs call:tool_crumbs() ?>
<h1><?cs var:Layout.Title ?></h1>
<p class="lede"><?cs if:?Tool.Name ?>{{api_tools.import_lede}}<?cs else ?>{{api_tools.add_lede}}<?cs /if ?></p>
<?cs call:form_error() ?><?cs call:report() ?>
<form class="wide-form" method="post" action="<?cs var:Form.Url ?>" enctype="multipart/form-data" data-check="<?cs var:Form.CheckUrl ?>">
  <?cs call:csrf_field() ?>
  <div class="field<?cs if:Form.ErrorAt == "text" ?> field-wrong<?cs /if ?>">
    <label for="text">{{api_tools.paste}}</label><?cs call:source_error("text") ?>
    <textarea id="text" name="text" rows="16" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs call:source_described("text") ?>>
<?cs var:Form.Text ?></textarea>
    <p class="help" id="text-help">{{api_tools.paste_help}}</p>
    <div id="check" class="check-report" role="status" aria-live="polite" data-checking="{{api_tools.checking}}" data-failed="{{api_tools.check_failed}}"></div>
  </div>
  <div class="two-fields">
  <div class="field<?cs if:Form.ErrorAt == "file" ?> field-wrong<?cs /if ?>">
    <label for="file">{{api_tools.upload}}</label><?cs call:source_error("file") ?>
    <input type="file" id="file" name="file" accept=".json,.yaml,.yml,application/json,application/yaml,text/yaml"<?cs call:source_described("file") ?>>
    <p class="help" id="file-help">{{api_tools.upload_help}}<?cs if:Form.ChooseAgain ?> <strong>{{api_tools.choose_again}}</strong><?cs /if ?></p>
  </div>
  <div class="field<?cs if:Form.ErrorAt == "url" ?> field-wrong<?cs /if ?>">
    <label for="url">{{api_tools.url}}</label><?cs call:source_error("url") ?>
    <input type="text" inputmode="url" id="url" name="url" value="<?cs var:Form.Address ?>" maxlength="2048" placeholder="https://" autocomplete="off" autocapitalize="off" spellcheck="false"<?cs call:source_described("url") ?>>
    <p class="help" id="url-help">{{api_tools.url_help}}</p>
  </div>
  </div>
  <div class="form-actions">
    <a class="button" href="<?cs var:Form.CancelUrl ?>">{{button.cancel}}</a>
    <button type="submit" class="button button-primary" data-busy="{{api_tools.reading}}">{{api_tools.read}}</button>
  </div>
</form>
<p class="foot foot-lock"><span class="icon icon-lock" aria-hidden="true"></span>{{api_tools.read_foot}}</p>
<?cs call:app_close() ?>
