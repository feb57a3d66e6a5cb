<?cs # credential_test.cs: what the provider said when an authorization was tested. POST fields: csrf.
  Reads, besides layout.cs:
    Provider.Label            text
    Provider.Vendor           text
    Provider.Icon.Letter      text
    Provider.Icon.Tone        enum(ink|blue|teal|green|amber|orange|red|violet)
    Credential.Name           text
    Test.Mark                 enum(connected|failed|pending)   the sign at the top
    Test.Title                text            "Work Drive works"
    Test.Text                 text            what that means
    Test.Cause                text, optional  the likely cause
    Test.Next                 text, optional  what happens now, or what to do
    Test.Status               int, optional   HTTP status; absent = there was no answer
    Test.Elapsed              int, optional   milliseconds; absent = nobody was asked
    Test.SaidBy               text, optional  who said Test.Said
    Test.Said.Text            text, optional  the provider's words
    Test.Url                  url             POST: again
    Test.AuthorizeUrl         url, optional   Allow Access for this one, when that is the thing to do
    Test.EditUrl              url, optional   enter the key again, when that is the thing to do
    Test.DoneUrl              url             the provider's page
?><?cs include!"layout.cs" ?><?cs include!"part_ui.cs" ?><?cs
call:page_head(Test.Title) ?><?cs call:panel_open("plain") ?>
<div class="consent-head">
  <p class="pair" aria-hidden="true"><span class="tile tile-grantry">Gr</span><span class="mark mark-<?cs var:Test.Mark ?>"></span><?cs call:tile(Provider.Icon) ?></p>
  <h1><?cs var:Test.Title ?></h1>
  <p class="lede"><?cs var:Test.Text ?></p>
</div>
<?cs if:?Test.SaidBy ?><div class="said-box"><p class="said-by">{{test.answered who=Test.SaidBy}}</p><?cs call:provider_words(Test.Said) ?></div><?cs /if ?>
<dl class="facts facts-long">
  <div><dt>{{test.authorization}}</dt><dd><?cs var:Credential.Name ?></dd></div>
  <?cs if:?Test.Status ?><div><dt>{{test.answer}}</dt><dd>HTTP <?cs var:Test.Status ?></dd></div><?cs /if ?>
  <?cs if:?Test.Elapsed ?><div><dt>{{test.time}}</dt><dd><?cs var:Test.Elapsed ?> ms</dd></div><?cs /if ?>
  <?cs if:?Test.Cause ?><div><dt>{{result.cause}}</dt><dd><?cs var:Test.Cause ?></dd></div><?cs /if ?>
  <?cs if:?Test.Next ?><div><dt>{{test.next}}</dt><dd><?cs var:Test.Next ?></dd></div><?cs /if ?>
</dl>
<form method="post" action="<?cs var:Test.Url ?>" class="form-actions form-actions-centre">
  <?cs call:csrf_field() ?>
  <button type="submit" class="button" data-busy="{{provider.testing}}">{{test.again}}</button>
  <?cs if:?Test.AuthorizeUrl ?><a class="button" href="<?cs var:Test.DoneUrl ?>">{{button.back_to label=Provider.Label}}</a> <a class="button button-primary" href="<?cs var:Test.AuthorizeUrl ?>">{{button.authorize_again}}</a><?cs
  elif:?Test.EditUrl ?><a class="button" href="<?cs var:Test.DoneUrl ?>">{{button.back_to label=Provider.Label}}</a> <a class="button button-primary" href="<?cs var:Test.EditUrl ?>">{{test.enter_key}}</a><?cs
  else ?><a class="button button-primary" href="<?cs var:Test.DoneUrl ?>">{{button.done}}</a><?cs /if ?>
</form>
<?cs call:panel_close() ?>
