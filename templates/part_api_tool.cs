<?cs # part_api_tool.cs: pieces of the pages of API tools. Needs part_ui.cs and part_form.cs.
  Macros: tool_crumbs(), tool_labels(list), operation_rows(boxes), place(of), report(), method(word),
  plain_list(list): "a, b".

  Reads:
    ListUrl                       url             the list of API tools
    Tool.Name                     text, optional  absent: a new one
    Tool.Url                      url
    Operations.Items.N.Id         text            DOM id, made by C
    Operations.Items.N.Name       text
    Operations.Items.N.Method     text
    Operations.Items.N.Path       text
    Operations.Items.N.Summary    text, optional
    Operations.Items.N.Warnings   text, optional  "2 warnings"
    Operations.Items.N.Url        url, optional   its page
    Operations.Items.N.Deprecated, .Enabled   bool
    Operations.Total              int             how many pass the filter
    Operations.First, .Last       int             which of them are shown
    Report.Error.Message          text, optional  the description cannot be used
    Report.Error.Text             text, optional  the line itself
    Report.Title                  text, optional  "3 warnings"
    Report.Warnings.N.Message     text
    Report.Error.*, Report.Warnings.N.*:
      Line, Column                int, optional
      Pointer                     text, optional  JSON pointer
      Operation                   text, optional  name of the operation
    Report.More                   int, optional   warnings that are not listed
?><?cs
def:tool_crumbs() ?><nav class="crumbs" aria-label="{{provider.crumb}}"><a href="<?cs var:ListUrl ?>">{{nav.api_tools}}</a> <span aria-hidden="true">›</span><?cs if:?Tool.Name ?> <a href="<?cs var:Tool.Url ?>"><?cs var:Tool.Name ?></a> <span aria-hidden="true">›</span><?cs /if ?></nav><?cs /def ?><?cs

def:plain_list(plain_items) ?><?cs call:listing(plain_items, "") ?><?cs /def ?><?cs

def:tool_labels(label_list) ?><?cs each:word = label_list ?> <span class="tag"><?cs var:word.Text ?></span><?cs /each ?><?cs /def ?><?cs

def:place(place_of) ?><?cs if:?place_of.Line ?> <span class="place">{{api_tools.place line=place_of.Line column=place_of.Column}}</span><?cs /if ?><?cs if:?place_of.Operation ?> <code><?cs var:place_of.Operation ?></code><?cs /if ?><?cs if:?place_of.Pointer ?> <code class="pointer"><?cs var:place_of.Pointer ?></code><?cs /if ?><?cs /def ?><?cs

def:report() ?><?cs if:?Report.Error.Message ?>
<div class="report report-bad">
  <p><strong><?cs var:Report.Error.Message ?></strong><?cs call:place(Report.Error) ?></p><?cs if:?Report.Error.Text ?>
  <pre class="source-line" tabindex="0" aria-label="{{api_tools.the_line}}"><span class="line-number"><?cs var:Report.Error.Line ?></span><code><?cs var:Report.Error.Text ?></code></pre><?cs /if ?>
</div><?cs
elif:?Report.Title ?>
<details class="report report-warn">
  <summary><?cs var:Report.Title ?></summary>
  <p class="help">{{api_tools.warnings_help}}</p>
  <ul>
    <?cs each:warning = Report.Warnings ?><li><?cs var:warning.Message ?><?cs call:place(warning) ?></li>
    <?cs /each ?><?cs if:?Report.More ?><li>{{api_tools.more_warnings n=Report.More}}</li><?cs /if ?>
  </ul>
</details><?cs /if ?><?cs /def ?><?cs

def:method(method_word) ?><span class="method"><?cs var:method_word ?></span><?cs /def ?><?cs

def:operation_rows(rows_boxes) ?>
<ul class="operations">
  <?cs each:operation = Operations.Items ?><li class="operation<?cs if:!operation.Enabled ?> operation-off<?cs /if ?>">
    <?cs if:rows_boxes ?><input type="hidden" name="seen" value="<?cs var:operation.Name ?>"><input type="checkbox" id="<?cs var:operation.Id ?>" name="on" value="<?cs var:operation.Name ?>"<?cs if:operation.Enabled ?> checked<?cs /if ?>><?cs /if ?>
    <div class="operation-main">
      <?cs if:rows_boxes ?><label for="<?cs var:operation.Id ?>"><?cs var:operation.Name ?></label><?cs else ?><strong><?cs var:operation.Name ?></strong><?cs /if ?><?cs if:operation.Deprecated ?> <span class="tag">{{api_tools.deprecated}}</span><?cs /if ?><?cs if:?operation.Warnings ?> <span class="tag"><?cs var:operation.Warnings ?></span><?cs /if ?>
      <p class="operation-path"><?cs call:method(operation.Method) ?> <code><?cs var:operation.Path ?></code></p><?cs if:?operation.Summary ?>
      <p class="operation-summary"><?cs var:operation.Summary ?></p><?cs /if ?>
    </div><?cs if:?operation.Url ?>
    <a class="button" href="<?cs var:operation.Url ?>">{{api_tools.open}}<span class="visually-hidden"> <?cs var:operation.Name ?></span></a><?cs /if ?>
  </li>
  <?cs /each ?>
</ul><?cs /def ?>
