<?cs # error.cs: every error page, signed in (with the sidebar) or not.
  Reads, besides layout.cs:
    Error.Status              int             HTTP status
    Error.Title               text            "This page does not exist"
    Error.What                text            what happened
    Error.Why                 text, optional
    Error.Next                text, optional  what to do
    Error.ActionUrl           url, optional
    Error.ActionLabel         text, optional  present when ActionUrl is
    Error.ActionPost          bool            the action is a POST button (with csrf) instead of a link
    Error.RequestId           text, optional  for the operator's log
?><?cs include!"layout.cs" ?><?cs
def:error_body() ?>
<p class="error-status">{{error.status status=Error.Status}}</p>
<h1><?cs var:Error.Title ?></h1>
<p class="lede"><?cs var:Error.What ?><?cs if:?Error.Why ?> <?cs var:Error.Why ?><?cs /if ?></p>
<?cs if:?Error.Next ?><p class="panel-text"><?cs var:Error.Next ?></p><?cs /if ?>
<?cs if:?Error.ActionUrl ?><?cs if:Error.ActionPost ?><form method="post" action="<?cs var:Error.ActionUrl ?>" class="error-action"><?cs call:csrf_field() ?><button type="submit" class="button button-primary"><?cs var:Error.ActionLabel ?></button></form><?cs
else ?><p class="error-action"><a class="button button-primary" href="<?cs var:Error.ActionUrl ?>"><?cs var:Error.ActionLabel ?></a></p><?cs /if ?><?cs /if ?>
<?cs if:?Error.RequestId ?><p class="foot">{{error.report requestid=Error.RequestId}}</p><?cs /if ?><?cs /def ?><?cs

call:page_head(Error.Title) ?><?cs if:?Me.Email && ?Workspace.Name ?><?cs call:app_open() ?><div class="error-page"><?cs call:error_body() ?></div><?cs call:app_close() ?><?cs
else ?><?cs call:panel_open("plain") ?><div class="panel-brand"><?cs call:layout_brand() ?></div><?cs call:error_body() ?><?cs call:panel_close() ?><?cs /if ?>
