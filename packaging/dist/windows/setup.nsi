; The installer for Windows: for one user, without administrator.
;
; makensis -DVERSION=… -DPAYLOAD=the frozen program -DICON=… -DTARGET=… setup.nsi
; The program's folder is replaced whole; data in %USERPROFILE%\.DashAI is never touched, unless
; the person who uninstalls asks for it.

Unicode true
Target amd64-unicode
!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include StrFunc.nsh
!include WinMessages.nsh

${Using:StrFunc} StrStr
${Using:StrFunc} UnStrRep

!define NAME "DashAI Monitor"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\DashAIMonitor"
!define CLASSES "Software\Classes"
!define PROGID "DashAIMonitor.Dataset"

Name "${NAME}"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\DashAI Monitor"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
RequestExecutionLevel user
SetCompressor /SOLID lzma
ManifestDPIAware true
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "${NAME} installer"
VIAddVersionKey LegalCopyright "MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\dashai-monitor-window.exe"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.AskForData un.TakeAnswer
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Spanish"

LangString Running ${LANG_ENGLISH} "DashAI Monitor is running. Close it, then try again."
LangString Running ${LANG_SPANISH} "DashAI Monitor está en marcha. Ciérrelo y vuelva a intentarlo."
LangString Data ${LANG_ENGLISH} "Also delete all datasets, models and results (folder .DashAI\monitor)"
LangString Data ${LANG_SPANISH} "Borrar también todos los datos, modelos y resultados (carpeta .DashAI\monitor)"
LangString Keep ${LANG_ENGLISH} "What you made with the program stays on this computer unless you tick this."
LangString Keep ${LANG_SPANISH} "Lo que creó con el programa se queda en este equipo si no marca esto."

Var DeleteData
Var Box

; A program that runs holds its file open: it cannot be written to.
!macro RefuseWhileRunning
  ${If} ${FileExists} "$INSTDIR\dashai-monitor.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\dashai-monitor.exe" a
    ${If} ${Errors}
      MessageBox MB_OK|MB_ICONEXCLAMATION "$(Running)" /SD IDOK
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section "Program"
  !insertmacro RefuseWhileRunning
  ; Whole: what an older version had and this one has not must not stay.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\dashai-monitor-window.exe"

  WriteRegStr HKCU "${CLASSES}\${PROGID}" "" "Dataset"
  WriteRegStr HKCU "${CLASSES}\${PROGID}\DefaultIcon" "" "$INSTDIR\dashai-monitor-window.exe,0"
  WriteRegStr HKCU "${CLASSES}\${PROGID}\shell\open\command" "" \
    '"$INSTDIR\dashai-monitor-window.exe" "%1"'
  ; Beside other programs in "Open with"; whatever opens these files by default goes on doing so.
  !macro Offer EXTENSION
    WriteRegNone HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${PROGID}"
  !macroend
  !insertmacro Offer ".csv"
  !insertmacro Offer ".tsv"
  !insertmacro Offer ".xlsx"
  !insertmacro Offer ".xls"
  !insertmacro Offer ".parquet"
  !insertmacro Offer ".json"
  !insertmacro Offer ".arff"

  WriteRegStr HKCU "Software\Microsoft\Windows\CurrentVersion\App Paths\dashai-monitor.exe" "" \
    "$INSTDIR\dashai-monitor.exe"
  Call AddToPath

  WriteRegStr HKCU "${KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\dashai-monitor-window.exe"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${KEY}" "EstimatedSize" $0
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

; NSIS reads 1,024 letters of a value; a longer PATH would be cut, so it is left alone.
Function AddToPath
  ReadRegStr $0 HKCU "Environment" "Path"
  StrLen $1 "$0"
  ${If} $1 < 900
    ${StrStr} $2 ";$0;" ";$INSTDIR;"
    ${If} $2 == ""
      ${If} $0 == ""
        WriteRegExpandStr HKCU "Environment" "Path" "$INSTDIR"
      ${Else}
        WriteRegExpandStr HKCU "Environment" "Path" "$0;$INSTDIR"
      ${EndIf}
      SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
    ${EndIf}
  ${EndIf}
FunctionEnd

Function un.AskForData
  !insertmacro MUI_HEADER_TEXT "${NAME}" "$(Keep)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateCheckbox} 0 0 100% 24u "$(Data)"
  Pop $Box
  nsDialogs::Show
FunctionEnd

Function un.TakeAnswer
  ${NSD_GetState} $Box $DeleteData
FunctionEnd

Section "Uninstall"
  !insertmacro RefuseWhileRunning
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\dashai-monitor.exe"
  Delete "$INSTDIR\dashai-monitor-window.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"

  DeleteRegKey HKCU "${CLASSES}\${PROGID}"
  !macro Withdraw EXTENSION
    DeleteRegValue HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${PROGID}"
  !macroend
  !insertmacro Withdraw ".csv"
  !insertmacro Withdraw ".tsv"
  !insertmacro Withdraw ".xlsx"
  !insertmacro Withdraw ".xls"
  !insertmacro Withdraw ".parquet"
  !insertmacro Withdraw ".json"
  !insertmacro Withdraw ".arff"
  DeleteRegKey HKCU "Software\Microsoft\Windows\CurrentVersion\App Paths\dashai-monitor.exe"
  DeleteRegKey HKCU "${KEY}"
  ReadRegStr $0 HKCU "Environment" "Path"
  StrLen $1 "$0"
  ${If} $1 < 900
    ${UnStrRep} $2 ";$0;" ";$INSTDIR;" ";"
    StrCpy $2 "$2" -1 1
    WriteRegExpandStr HKCU "Environment" "Path" "$2"
    SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
  ${EndIf}
  ${If} $DeleteData == 1
    RMDir /r "$PROFILE\.DashAI\monitor"
  ${EndIf}
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
